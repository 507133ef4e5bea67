import { element } from '../inspect/dom.js';

export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button says that means yes. */
  readonly yes: string;
}

/** Asks in a dialog that has the focus until it is answered; Escape, and what is focused first, mean no. */
export function confirmed({ title, text, yes }: Question): Promise<boolean> {
  const no = element('button', { type: 'submit', value: 'no', autofocus: true }, 'Cancel');
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'question', 'aria-describedby': 'consequence' },
    element('h2', { id: 'question' }, title),
    element('p', { id: 'consequence' }, text),
  );
  const form = element('form', { method: 'dialog' });
  form.append(
    element('div', { class: 'row' }, no, element('button', { type: 'submit', value: 'yes', class: 'danger' }, yes)),
  );
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
}
