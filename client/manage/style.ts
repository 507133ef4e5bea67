/** The page's style. In a sheet of the script's own, which the page's policy lets pass, as no other. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#fbfaf8, #16181b);
  --raised: light-dark(#ffffff, #1d2024);
  --line: light-dark(#d9d5ce, #363b42);
  --text: light-dark(#1d2126, #eceae6);
  --quiet: light-dark(#5c636b, #a2a8af);
  --accent: light-dark(#0b6e75, #56c2c6);
  --bad: light-dark(#b3261e, #f2857c);
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 0 0 .25rem; font-size: 1.0625rem; }
p { margin: 0 0 .75rem; }
.quiet, label small { color: var(--quiet); }
.place { margin: .25rem 0 1.5rem; color: var(--quiet); overflow-wrap: anywhere; }
section { margin-top: 1rem; padding: 1.125rem 1.25rem 1.25rem; border: 1px solid var(--line); border-radius: .625rem; background: var(--raised); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
.row { display: flex; flex-wrap: wrap; gap: .625rem; align-items: center; }
button, .button, select, input { font: inherit; color: inherit; }
button, .button { display: inline-block; min-height: 2.5rem; padding: .4375rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--ground); text-decoration: none; cursor: pointer; }
button:hover, .button:hover { border-color: var(--accent); }
button:disabled { opacity: .5; cursor: default; }
.danger { border-color: var(--bad); color: var(--bad); }
.danger:hover { border-color: var(--bad); background: var(--bad); color: var(--raised); }
a { color: var(--accent); }
.button { color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
form { display: grid; gap: .75rem; justify-items: start; }
label { display: grid; gap: .25rem; max-width: 100%; }
label.check { grid-template-columns: auto 1fr; gap: .625rem; align-items: baseline; }
select, input[type=file] { max-width: 100%; min-height: 2.5rem; }
select { padding: .25rem .5rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--ground); }
.notice { margin-top: 1rem; padding: .75rem 1rem; border: 1px solid var(--line); border-left: 3px solid var(--accent); border-radius: .5rem; background: var(--raised); }
.notice[data-bad] { border-left-color: var(--bad); }
.notice p:last-child { margin: 0; }
.notice code { color: var(--quiet); font-size: .8125rem; }
ul { margin: .5rem 0 0; padding: 0; list-style: none; }
li + li { margin-top: .375rem; }
dialog { max-width: min(28rem, calc(100vw - 2rem)); padding: 1.5rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--raised); color: var(--text); }
dialog::backdrop { background: rgb(0 0 0 / .45); }
dialog .row { justify-content: flex-end; margin-top: 1rem; }
`;
