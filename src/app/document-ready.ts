/** What the page's first script does not wait for, and the page itself does. */

/** Ends when `index.html` has been read to its end. */
export async function whenParsed(): Promise<void> {
  if (document.readyState !== 'loading') return;
  await new Promise((resolve) => {
    document.addEventListener('DOMContentLoaded', resolve, { once: true });
  });
}

/** Ends when the styles that the page names hold, or could not be had: drawings measure the page. */
export async function whenStyled(): Promise<void> {
  const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')];
  await Promise.all(links.filter(({ sheet }) => sheet === null).map(whenSettled));
}

function whenSettled(link: HTMLLinkElement): Promise<void> {
  return new Promise((resolve) => {
    for (const type of ['load', 'error'])
      link.addEventListener(type, () => resolve(), { once: true });
  });
}
