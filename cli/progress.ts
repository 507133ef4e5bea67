import yoctoSpinner from 'yocto-spinner';

export interface Progress {
  readonly step: (text: string) => void;
  readonly done: (text: string) => void;
  /** Ends the progress without a word: an error message follows. */
  readonly stop: () => void;
}

/** Says on stderr what is going on: one line that changes in a terminal, one line for each step elsewhere. */
export function startProgress(text: string): Progress {
  if (!process.stderr.isTTY) {
    const line = (words: string) => console.error(`portside: ${words}`);
    return { step: line, done: line, stop: () => undefined };
  }
  const spinner = yoctoSpinner({ text, handleSignals: false }).start();
  return {
    step: (words) => {
      spinner.text = words;
    },
    done: (words) => spinner.success(words),
    stop: () => spinner.stop(),
  };
}
