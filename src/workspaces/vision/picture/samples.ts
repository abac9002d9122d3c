/** The photographs that ship with Heed. Credits stand here and in `public/samples/CREDITS.md`. */
export interface Sample {
  readonly id: string;
  readonly title: string;
  readonly credit: string;
}

export const samples: readonly Sample[] = [
  { id: 'coffee', title: 'Cup of coffee', credit: 'Rachel Michetti, Pikolo Espresso Bar, CC0' },
  { id: 'cat', title: 'Cat', credit: 'Stéfan van der Walt, CC0' },
  { id: 'astronaut', title: 'Astronaut', credit: 'NASA, public domain' },
  { id: 'temple', title: 'Temple', credit: 'danielbuechele, CC BY 2.0' },
  { id: 'raccoon', title: 'Raccoon', credit: 'public-domain-image.com, public domain' },
  { id: 'dahlia', title: 'Dahlia', credit: 'vultilion, CC BY 2.0' },
  { id: 'officer', title: 'Officer', credit: 'US Navy, public domain' },
  { id: 'photographer', title: 'Photographer', credit: 'Lav Varshney, CC0' },
  { id: 'rocket', title: 'Rocket', credit: 'SpaceX, public domain' },
  { id: 'galaxies', title: 'Galaxies', credit: 'NASA, ESA, public domain' },
  { id: 'retina', title: 'Retina', credit: 'Mikael Häggström, CC0' },
];

export function findSample(id: string): Sample | null {
  return samples.find((sample) => sample.id === id) ?? null;
}

export function sampleAddress(id: string): string {
  return `${import.meta.env.BASE_URL}samples/${id}.jpg`;
}

export function thumbnailAddress(id: string): string {
  return `${import.meta.env.BASE_URL}samples/thumbnails/${id}.webp`;
}
