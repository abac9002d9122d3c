/** A sentence that shows something. */
export interface SampleSentence {
  readonly id: string;
  readonly title: string;
  /** What it shows. */
  readonly shows: string;
  readonly text: string;
}

const english: readonly SampleSentence[] = [
  {
    id: 'reordering',
    title: 'Reordering',
    shows: 'Some French adjectives follow their noun: the alignment crosses itself',
    text: 'She bought a small white house near the old church.',
  },
  {
    id: 'negation',
    title: 'Negation',
    shows: 'One “not” becomes “ne … pas”, with the verb between',
    text: 'I do not know why she did not answer.',
  },
  {
    id: 'agreement',
    title: 'Agreement',
    shows: 'Adjectives take the gender and number of their noun',
    text: 'Two young girls are wearing long white dresses.',
  },
  {
    id: 'one-to-many',
    title: 'One to many',
    shows: 'One English word becomes several French ones',
    text: 'We had dinner early because the children were hungry.',
  },
  {
    id: 'idiom',
    title: 'Idiom',
    shows: 'What cannot be translated word for word',
    text: 'It is raining cats and dogs, so take an umbrella.',
  },
  {
    id: 'name',
    title: 'A name',
    shows: 'Names are copied, in pieces',
    text: 'My friend Thomas has lived in Boston for ten years.',
  },
  {
    id: 'economic-area',
    title: 'Economic Area',
    shows:
      'Three words in reverse, as in figure 3 of Bahdanau, Cho and Bengio; news is not what these models know best',
    text: 'The agreement on the European Economic Area was signed in August.',
  },
  {
    id: 'long',
    title: 'A long sentence',
    shows: 'How far an alignment can reach',
    text: 'The old man who sells newspapers in front of the train station told us that the last bus had already left, so we walked home in the rain.',
  },
  {
    id: 'several',
    title: 'Several sentences',
    shows: 'Each sentence is translated by itself',
    text: 'A black dog runs on the beach. Its owner throws a red ball. Nobody else is there.',
  },
];

const french: readonly SampleSentence[] = [
  {
    id: 'reordering',
    title: 'Reordering',
    shows: 'English adjectives precede their noun: the alignment crosses itself',
    text: 'Une petite voiture rouge est garée devant une vieille maison blanche.',
  },
  {
    id: 'negation',
    title: 'Negation',
    shows: '“ne … pas” becomes one “not”',
    text: 'Je ne sais pas pourquoi elle n’a pas répondu.',
  },
  {
    id: 'elision',
    title: 'Elision',
    shows: 'Two words written as one',
    text: 'L’enfant qu’elle a vu s’appelle Antoine.',
  },
  {
    id: 'long',
    title: 'A long sentence',
    shows: 'How far an alignment can reach',
    text: 'Le vieil homme qui vend des journaux devant la gare nous a dit que le dernier bus était déjà parti, alors nous sommes rentrés à pied sous la pluie.',
  },
];

const byLanguage: ReadonlyMap<string, readonly SampleSentence[]> = new Map([
  ['English', english],
  ['French', french],
]);

/**
 * Sentences in a language, by its English name; none where there are none. A language that nobody
 * names is not guessed at.
 */
export function samplesFor(language: string | null): readonly SampleSentence[] {
  return language === null ? [] : (byLanguage.get(language) ?? []);
}

/** A sample in the model's language; where there is none, the text before it, or any sample. */
export function firstTextFor({ from }: { readonly from: string | null }, text: string): string {
  return samplesFor(from)[0]?.text ?? (text || (samplesFor('English')[0]?.text ?? ''));
}
