// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { retargetForms } from '../../../client/frame/links.js';
import { SiteScope } from '../../../client/frame/scope.js';

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = '<form action="/base/a"><button></button></form>';
});
retargetForms(window, new SiteScope(location.origin, '/base/'), new AbortController().signal);

function submit(): { form: HTMLFormElement; button: HTMLButtonElement } {
  const form = document.querySelector('form');
  const button = document.querySelector('button');
  if (!form || !button) throw new Error('no form');
  form.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true, submitter: button }));
  return { form, button };
}
const set = (selector: string, attributes: Record<string, string>) => {
  for (const [name, value] of Object.entries(attributes)) document.querySelector(selector)?.setAttribute(name, value);
};

describe('retargetForms', () => {
  it('leaves a form of the site alone', () => {
    expect(submit().form.hasAttribute('target')).toBe(false);
  });

  it.each(['_top', '_parent', '_TOP'])('keeps a form to %s in the frame for the one submission', (target) => {
    set('form', { target });
    const { form } = submit();
    expect(form.getAttribute('target')).toBe('_self');
    vi.runAllTimers();
    expect(form.getAttribute('target')).toBe(target);
  });

  it('sends a form to another origin to the top', () => {
    set('form', { action: 'https://pay.example/' });
    const { form } = submit();
    expect(form.getAttribute('target')).toBe('_top');
    vi.runAllTimers();
    expect(form.hasAttribute('target')).toBe(false);
  });

  it.each([
    ['form', 'action', 'target'],
    ['button', 'formaction', 'formtarget'],
  ])('brings back a submission to a path outside of the base: by the %s', (selector, action, target) => {
    set(selector, { [action]: '/login' });
    const sent = submit();
    const element = selector === 'form' ? sent.form : sent.button;
    expect(element.getAttribute(action)).toBe(`${location.origin}/base/login`);
    vi.runAllTimers();
    expect(element.getAttribute(action)).toBe('/login');
    set(selector, { [target]: '_top' });
    submit();
    expect(element.getAttribute(action)).toBe('/login');
  });

  it('heeds what the pressed button says', () => {
    set('button', { formaction: 'https://pay.example/', formtarget: '_self' });
    const { form, button } = submit();
    expect(button.getAttribute('formtarget')).toBe('_top');
    expect(form.hasAttribute('target')).toBe(false);
    vi.runAllTimers();
    expect(button.getAttribute('formtarget')).toBe('_self');
  });

  it('does nothing to a submission that the site cancelled', () => {
    set('form', { target: '_top' });
    document.querySelector('form')?.addEventListener('submit', (event) => event.preventDefault());
    expect(submit().form.getAttribute('target')).toBe('_top');
  });
});
