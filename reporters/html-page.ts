/** How the page looks, in light and dark. */
export const style = `
:root { color-scheme: light dark; --line: light-dark(#ddd, #444); --soft: light-dark(#f6f6f6, #222); --bad: light-dark(#b3261e, #ff8a80);
  --warn: light-dark(#8a5a00, #ffca6b); --good: light-dark(#1b6e2d, #7ddc8f); --dim: light-dark(#666, #aaa) }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 0 1rem 4rem; background: light-dark(#fff, #161616); color: light-dark(#1b1b1b, #eee) }
header { position: sticky; top: 0; background: inherit; border-bottom: 1px solid var(--line); padding: .5rem 0 }
h1 { font-size: 1.3rem; margin: .3rem 0 } h2 { font-size: 1rem; margin: 1.5rem 0 .3rem }
p { color: var(--dim); margin: .2rem 0 }
form { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: center }
code, pre { font: .85em/1.45 ui-monospace, monospace; overflow-wrap: anywhere } pre { white-space: pre-wrap; margin: 0 }
summary { cursor: pointer } summary code { color: var(--dim) } summary i { color: var(--bad) }
.verdict { border-top: 1px solid var(--line); padding: .25rem 0 } .exchange { background: var(--soft); margin: .3rem 0; padding: .2rem .6rem }
dl { display: grid; grid-template-columns: 7rem 1fr; gap: .15rem .6rem; margin: .4rem 0 } dt { color: var(--dim) } dd { margin: 0; overflow-wrap: anywhere }
.failure > summary b, .error > summary b, .bad { color: var(--bad) } .warning > summary b, .known > summary b, .still > summary b, .blocked > summary b { color: var(--warn) }
.pass > summary b, .good { color: var(--good) } .unsupported > summary b { color: var(--dim) } [hidden] { display: none }
`

/** Hides what a reader did not choose. */
export const script = `
const form = document.querySelector('form')
const verdicts = [...document.querySelectorAll('.verdict')].map((element) => ({ element, kind: element.dataset.kind, words: element.querySelector('summary').textContent.toLowerCase() }))
function choose() {
  const kinds = new Set([...form.querySelectorAll('[name=kind]:checked')].map((input) => input.value))
  const wanted = form.querySelector('[name=text]').value.trim().toLowerCase()
  for (const { element, kind, words } of verdicts) element.hidden = !kinds.has(kind) || !words.includes(wanted)
  for (const section of document.querySelectorAll('section')) section.hidden = !section.querySelector('.verdict:not([hidden])')
}
form.addEventListener('input', choose)
form.addEventListener('submit', (event) => event.preventDefault())
choose()
`
