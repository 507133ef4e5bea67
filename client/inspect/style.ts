/** The inspector's style. In a sheet of the script's own, which the page's policy lets pass, as no other. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#fbfaf8, #16181b);
  --raised: light-dark(#ffffff, #1d2024);
  --line: light-dark(#e4e1dc, #2c3036);
  --text: light-dark(#1d2126, #eceae6);
  --quiet: light-dark(#5c636b, #a2a8af);
  --accent: light-dark(#0b6e75, #56c2c6);
  --chosen: light-dark(#e0f0f0, #1f3538);
  --good: light-dark(#1a7f4b, #5cc98f);
  --warn: light-dark(#8a5a00, #e2b04a);
  --bad: light-dark(#b3261e, #f2857c);
  --hop-worker: light-dark(#7a5ea8, #b49ae0);
  --hop-port: light-dark(#b0b4ba, #6d747d);
  --hop-accept: light-dark(#d08a1d, #e2b04a);
  --hop-guest: light-dark(#0b8a92, #4fb8bd);
  --hop-body: light-dark(#4c8ed9, #79aef0);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; background: var(--ground); color: var(--text); font: .875rem/1.45 system-ui, sans-serif; }
h1, h2, h3, p, dl, dd { margin: 0; }
button, input, select { font: inherit; color: inherit; }
button { cursor: pointer; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }

header { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1rem; padding: .625rem 1rem 0; }
h1 { font-size: 1rem; font-weight: 650; }
.place { color: var(--quiet); font-family: var(--mono); font-size: .8125rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
.state { display: flex; align-items: center; gap: .4rem; margin-left: auto; color: var(--quiet); font-size: .8125rem; }
.state::before { content: ''; width: .55rem; height: .55rem; border-radius: 50%; background: var(--quiet); }
.state[data-state=watching]::before { background: var(--good); }
.state[data-state=paused]::before, .state[data-state=looking]::before { background: var(--warn); }
.state[data-state=absent]::before { background: var(--bad); }

[role=tablist] { display: flex; gap: .25rem; padding: .375rem 1rem 0; border-bottom: 1px solid var(--line); overflow-x: auto; overflow-y: hidden; }
[role=tab] { padding: .4rem .75rem; border: 0; border-bottom: 2px solid transparent; background: none; color: var(--quiet); white-space: nowrap; }
[role=tab][aria-selected=true] { border-bottom-color: var(--accent); color: var(--text); font-weight: 600; }
[role=tab]:focus-visible { outline-offset: -2px; }
.count { margin-left: .35rem; color: var(--quiet); font-weight: 400; font-variant-numeric: tabular-nums; }

.notice { margin: .75rem 1rem 0; padding: .625rem .875rem; border: 1px solid var(--line); border-left: 3px solid var(--bad); border-radius: .375rem; background: var(--raised); }
.notice p + p { color: var(--quiet); }
.notice code { color: var(--quiet); font: .8125rem var(--mono); }

[role=tabpanel] { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.tools { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; padding: .625rem 1rem; }
.tools input { flex: 1 1 12rem; min-width: 8rem; max-width: 24rem; }
.tools input, .tools select, .tools button { min-height: 2rem; padding: .25rem .625rem; border: 1px solid var(--line); border-radius: .375rem; background: var(--raised); }
.tools button:hover { border-color: var(--accent); }
.tools button[aria-pressed=true] { border-color: var(--accent); background: var(--chosen); }
.tools .push { margin-left: auto; }
.split { flex: 1; min-height: 0; display: flex; border-top: 1px solid var(--line); }
.scroller { overflow: auto; }
.list { flex: 1; min-width: 0; display: flex; flex-direction: column; }
.list .scroller { flex: 1; }

table { width: 100%; border-collapse: collapse; }
caption { text-align: left; padding: .75rem 1rem .375rem; font-weight: 600; }
.list caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); padding: 0; }
th { position: sticky; top: 0; z-index: 1; padding: 0; background: var(--ground); color: var(--quiet); font-size: .75rem; font-weight: 600; text-align: left; white-space: nowrap; box-shadow: inset 0 -1px var(--line); }
th:not(:has(button)) { padding: .375rem .625rem; }
th button { display: block; width: 100%; padding: .375rem .625rem; border: 0; background: none; font-weight: inherit; text-align: inherit; }
th button:hover { color: var(--text); }
th[aria-sort] button::after { content: ' \\2191'; }
th[aria-sort=descending] button::after { content: ' \\2193'; }
td { padding: .25rem .625rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th:first-child:not(:has(button)), td:first-child, th:first-child button { padding-left: 1rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.list table { table-layout: fixed; }
.list td { vertical-align: baseline; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.list tbody tr { cursor: default; }
.list tbody tr:hover { background: var(--raised); }
.list tbody tr[aria-selected=true] { background: var(--chosen); }
.list tbody tr:focus-visible { outline-offset: -2px; }
.c-started { width: 8.25rem; } .c-method { width: 5.25rem; } .c-status { width: 11rem; } .c-size { width: 5.5rem; } .c-duration { width: 5.5rem; } .c-hops { width: 9rem; }
td.c-started, td.c-method, td.c-path { font-family: var(--mono); font-size: .8125rem; }
td.c-started { color: var(--quiet); }
tr[data-state=pending] .c-status { color: var(--quiet); font-style: italic; }
tr[data-state=cancelled] { color: var(--quiet); }
tr[data-failed] .c-status, tr[data-failed] .c-path { color: var(--bad); }
.bar { display: flex; height: .5rem; margin-top: .375rem; border-radius: .25rem; overflow: hidden; background: var(--line); }
.bar i { flex: none; height: 100%; }
[data-hop=worker] { background: var(--hop-worker); } [data-hop=port] { background: var(--hop-port); } [data-hop=accept] { background: var(--hop-accept); } [data-hop=guest] { background: var(--hop-guest); } [data-hop=body] { background: var(--hop-body); }
.bar i[data-running] { animation: breathe 1.4s ease-in-out infinite alternate; }
@keyframes breathe { to { opacity: .35; } }
.empty { margin: auto; padding: 2rem 1.5rem; max-width: 30rem; color: var(--quiet); text-align: center; text-wrap: balance; }
.dropped { padding: .5rem 1rem; color: var(--quiet); }

.details { flex: none; width: min(28rem, 45%); overflow: auto; border-left: 1px solid var(--line); background: var(--raised); padding: .75rem 1rem 2rem; }
.details > header { padding: 0; flex-wrap: nowrap; align-items: start; gap: .5rem; }
.details h2 { flex: 1; font: 600 .875rem/1.4 var(--mono); overflow-wrap: anywhere; }
.details h3 { margin: 1.125rem 0 .375rem; font-size: .75rem; font-weight: 600; color: var(--quiet); }
.close { flex: none; width: 2rem; height: 2rem; margin-top: -.375rem; border: 0; border-radius: .375rem; background: none; font-size: 1.125rem; line-height: 1; }
.close:hover { background: var(--line); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem .875rem; margin-top: .625rem; }
dt { color: var(--quiet); }
dd { overflow-wrap: anywhere; }
.headers { grid-template-columns: 1fr; gap: 0; margin: 0; font: .8125rem/1.5 var(--mono); }
.headers dt { margin-top: .25rem; }
.hops { display: grid; grid-template-columns: max-content 1fr max-content; gap: .25rem .75rem; align-items: center; }
.hops .bar { margin-top: 0; }
.hops .bar i { min-width: 2px; }
.hops .sum { grid-column: 1 / 3; color: var(--quiet); }

.block { padding-bottom: .5rem; }
.fact { padding: .625rem 1rem 0; color: var(--quiet); }
.panel { flex: 1; overflow: auto; }
.panel .scroller { overflow-x: auto; }
.panel table { width: auto; min-width: min(100%, 44rem); }
.panel td { font-variant-numeric: tabular-nums; }
.panel td:not(.wide) { white-space: nowrap; }
.panel td.wide { min-width: 16rem; }
.panel .empty { margin: 0; padding: .375rem 1rem 1rem; text-align: left; max-width: none; }
.log { flex: 1; overflow: auto; border-top: 1px solid var(--line); padding: .5rem 1rem 1rem; font: .8125rem/1.5 var(--mono); }
.log div { display: grid; grid-template-columns: 6.75rem minmax(4rem, max-content) 1fr; gap: .75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.log span { color: var(--quiet); }
.log [data-level=error] b { color: var(--bad); } .log [data-level=warn] b { color: var(--warn); } .log [data-level=debug] b { color: var(--quiet); }
.log b { font-weight: 400; min-width: 0; }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

@media (max-width: 60rem) { .c-hops, .c-size { display: none; } }
@media (max-width: 40rem) {
  .c-started { display: none; }
  .c-method { width: 5rem; } .c-status { width: 5.5rem; } .c-duration { width: 5.5rem; }
  tr[data-state=done] .c-status span { display: none; }
  [role=tablist] { padding-inline: .25rem; }
  [role=tab] { padding-inline: .5rem; }
  th:nth-child(2) button, td:nth-child(2) { padding-left: 1rem; }
  .details { position: fixed; inset: 0; width: 100%; border: 0; z-index: 2; }
  .log div { grid-template-columns: 1fr; gap: 0; padding: .25rem 0; border-bottom: 1px solid var(--line); }
  .tools .push { margin-left: 0; }
  .place { flex-basis: 100%; order: 3; }
}
@media (prefers-reduced-motion: reduce) { .bar i { animation: none !important; } }
@media (forced-colors: active) { .bar i, .hops i { forced-color-adjust: none; } [role=tab][aria-selected=true] { border-bottom-color: Highlight; } }
`;
