import yoctoSpinner from 'yocto-spinner';

export interface Progress {
  readonly step: (text: string) => void;
  /** How much of the step is done, from 0 to 1. */
  readonly done: (part: number) => void;
  readonly succeed: (text: string) => void;
  /** Ends the progress without a word: an error message follows. */
  readonly stop: () => void;
}

/** Says on stderr what is going on: in one line that changes in a terminal, in one line for each step elsewhere. */
export function startProgress(text: string): Progress {
  if (!process.stderr.isTTY) {
    const line = (words: string) => console.error(`portside: ${words}`);
    return { step: line, done: () => undefined, succeed: line, stop: () => undefined };
  }
  const spinner = yoctoSpinner({ text }).start();
  let current = text;
  // Each assignment to the spinner's text draws it.
  const show = (words: string) => {
    if (spinner.text !== words) spinner.text = words;
  };
  return {
    step: (words) => {
      current = words;
      show(current);
    },
    done: (part) => show(`${current}, ${Math.floor(part * 100)} %`),
    succeed: (words) => spinner.success(words),
    stop: () => spinner.stop(),
  };
}
