import type { EmbeddedModel } from './models.ts';

/** A sentence that shows something. */
export interface SampleSentence {
  readonly id: string;
  /** What it shows. */
  readonly title: string;
  readonly text: string;
}

const english: readonly SampleSentence[] = [
  {
    id: 'reordering',
    title: 'Reordering: adjectives follow the noun',
    text: 'The agreement on the European Economic Area was signed in August.',
  },
  {
    id: 'negation',
    title: 'Negation: “not” becomes “ne … pas”',
    text: 'I do not know why she did not answer.',
  },
  {
    id: 'agreement',
    title: 'Agreement: adjectives take gender and number',
    text: 'Two young girls are wearing long white dresses.',
  },
  {
    id: 'one-to-many',
    title: 'One word becomes many',
    text: 'We had dinner early because the children were hungry.',
  },
  {
    id: 'idiom',
    title: 'Idiom: not word for word',
    text: 'It is raining cats and dogs, so take an umbrella.',
  },
  {
    id: 'name',
    title: 'A name stays as it is',
    text: 'My friend Thomas has lived in Boston for ten years.',
  },
  {
    id: 'long',
    title: 'A long sentence',
    text: 'The old man who sells newspapers in front of the train station told us that the last bus had already left, so we walked home in the rain.',
  },
  {
    id: 'several',
    title: 'Several sentences',
    text: 'A black dog runs on the beach. Its owner throws a red ball. Nobody else is there.',
  },
];

const french: readonly SampleSentence[] = [
  {
    id: 'reordering',
    title: 'Reordering: adjectives precede the noun',
    text: 'Une petite voiture rouge est garée devant une vieille maison blanche.',
  },
  {
    id: 'negation',
    title: 'Negation: “ne … pas” becomes “not”',
    text: 'Je ne sais pas pourquoi elle n’a pas répondu.',
  },
  {
    id: 'elision',
    title: 'Elision: two words in one',
    text: 'L’enfant qu’elle a vu s’appelle Antoine.',
  },
  {
    id: 'long',
    title: 'A long sentence',
    text: 'Le vieil homme qui vend des journaux devant la gare nous a dit que le dernier bus était déjà parti, alors nous sommes rentrés à pied sous la pluie.',
  },
];

/** Sentences in the language that the model reads. */
export function samplesFor({ from }: EmbeddedModel): readonly SampleSentence[] {
  return from === 'French' ? french : english;
}
