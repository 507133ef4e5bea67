/** Whether there is a kernel to look at; where there is none, why, and what to do. */
import { errorTexts } from '../../../protocol/errors.js';
import { element, setText } from '../dom.js';
import type { WatchState } from '../kernel-watch.js';

export class StateView {
  readonly state = element('div', { class: 'state', role: 'status' });
  readonly notice = element('div', { class: 'notice', hidden: true });
  #state: WatchState = { kind: 'looking', lost: false };
  #paused = false;

  constructor() {
    this.#show();
  }

  enter(state: WatchState): void {
    this.#state = state;
    this.#show();
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.#show();
  }

  #show(): void {
    const { kind } = this.#state;
    const paused = this.#paused && kind === 'watching';
    this.state.dataset.state = paused ? 'paused' : kind;
    setText(
      this.state,
      paused ? 'Paused' : kind === 'watching' ? 'Live' : kind === 'absent' ? 'No kernel' : 'Looking for a kernel',
    );
    this.notice.hidden = kind === 'watching' || (this.#state.kind === 'looking' && !this.#state.lost);
    if (this.#state.kind === 'absent') {
      const { code, detail } = this.#state;
      const { sentence, remedy } = errorTexts[code];
      this.notice.replaceChildren(
        element('p', {}, element('strong', {}, `No kernel is running. ${sentence}`), detail ? ` ${detail}` : ''),
        element('p', {}, `${remedy} This page goes on by itself then.`),
        element('p', {}, element('code', {}, code)),
      );
    } else {
      const sentence = 'The tab that ran the site has gone. What it did before is still listed.';
      this.notice.replaceChildren(element('p', {}, element('strong', {}, sentence)));
    }
  }
}
