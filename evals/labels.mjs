// Which of a model's labels a file of a data set names.

/**
 * Case, and whether spaces, hyphens or underscores part the words, do not count.
 * @param {string} name
 */
function fold(name) {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim();
}

/**
 * The name without folders and without the image's ending, then without all that looks like an
 * ending: WebDataset's key.
 * @param {string} path
 */
function keysOf(path) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const stem = name.replace(/\.[^.]*$/, '');
  return new Set([stem, stem.replace(/\..*$/s, '')]);
}

/**
 * All that may be the label: the key up to each underscore, longest first, since a label may hold
 * underscores itself.
 * @param {string} key
 */
function prefixesOf(key) {
  const parts = key.split('_');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('_'));
}

/**
 * Finds the label that a file's name begins with: one of the model's labels, one of the synonyms
 * that a label holds between commas, or another name such as a wnid.
 * @param {readonly string[]} labels
 * @param {readonly string[]} aliases one for each label, or none at all; empty where there is none
 * @returns {(path: string) => number | null} the label's index, or null for none or more than one
 */
export function createLabelFinder(labels, aliases) {
  /** @type {Map<string, number | null>} */
  const known = new Map();
  // Earlier names go before later ones; a name that two labels share names neither.
  for (const namesOf of [
    () => aliases.map((alias) => [alias]),
    () => labels.map((label) => [label]),
    () => labels.map((label) => label.split(',')),
  ]) {
    /** @type {Map<string, number | null>} */
    const found = new Map();
    for (const [index, names] of namesOf().entries()) {
      for (const name of new Set(names.map(fold))) {
        if (name !== '') found.set(name, found.has(name) ? null : index);
      }
    }
    for (const [name, index] of found) if (!known.has(name)) known.set(name, index);
  }
  return (path) => {
    for (const key of keysOf(path)) {
      for (const prefix of prefixesOf(key)) {
        const index = known.get(fold(prefix));
        if (index !== undefined) return index;
      }
    }
    return null;
  };
}
