/**
 * A form with `target=_top` is posted by the tab, and its answer would replace the shell, whose page runs the kernel. So the
 * tab gets the shell at the form's URL, and the answer waits for the frame that the shell opens at that URL.
 */
export class ParkedAnswers {
  readonly #answers = new Map<string, Response>();

  /**
   * Keeps a guest's answer to a tab's navigation and returns true; false where the tab should have it as it is: it
   * goes elsewhere, stays where it is, or saves a file.
   */
  async park(url: string, answer: Response): Promise<boolean> {
    const staysOrGoes = answer.status === 204 || answer.status === 205 || answer.headers.has('Location');
    if (staysOrGoes || /^\s*attachment/i.test(answer.headers.get('Content-Disposition') ?? '')) return false;
    // Read to the end now: the kernel goes with the page that is being left.
    this.#answers.set(url, new Response(await answer.blob(), answer));
    return true;
  }

  /** The answer that waits for a frame at `url`, once. */
  take(url: string): Response | undefined {
    const answer = this.#answers.get(url);
    this.#answers.delete(url);
    return answer;
  }
}
