/// <reference lib="dom" />

/** In a page: a button with `data-copy="ID"` copies the text of that element, or selects it where the browser forbids that. */
export function copyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    const source = document.getElementById(button.dataset.copy!)!;
    const name = button.textContent;
    const say = (text: string) => {
      button.textContent = text;
      setTimeout(() => {
        button.textContent = name;
      }, 2000);
    };
    button.addEventListener('click', () => {
      const copied =
        navigator.clipboard?.writeText(source.textContent ?? '') ?? Promise.reject(new Error('no clipboard'));
      copied.then(
        () => say('Copied'),
        () => {
          getSelection()?.selectAllChildren(source);
          say('Selected');
        },
      );
    });
  }
}
