/**
 * Photographs the screens of the tablet: `npm run gallery:build && npm run gallery:shoot [part of a name …]`.
 * Pictures go to /tmp/shots.
 */
import { createReadStream, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const pages = fileURLToPath(new URL('../node_modules/.gallery', import.meta.url))
const out = '/tmp/shots'
const axe = readFileSync(fileURLToPath(new URL('../node_modules/axe-core/axe.min.js', import.meta.url)), 'utf8')
const wanted = process.argv.slice(2)
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }

const wide = [1280, 800]
const tall = [800, 1280]
const phone = [390, 844]
const screens = {
  enrol: { path: '?stage=enrol' },
  enrol_error: { path: '?stage=enrol', act: async (page) => { await page.fill('[data-testid=enrol-link]', 'http://x'); await page.click('[data-testid=enrol-next]'); await page.waitForSelector('[data-testid=error-message]') } },
  enrol_pin: { path: '?stage=enrol', act: async (page) => { await page.fill('[data-testid=enrol-link]', 'linli:enrol?u=x'); await page.click('[data-testid=enrol-next]'); await page.waitForSelector('[data-testid=pin-new]'); await page.fill('[data-testid=pin-new]', '1234'); await page.fill('[data-testid=pin-again]', '1234'); await page.click('[data-testid=enrol-finish]'); await page.waitForSelector('[data-testid=error-message]') } },
  locked: { path: '?stage=locked' },
  locked_wait: { path: '?stage=locked', act: async (page) => { for (let i = 0; i < 3; i += 1) { await page.fill('[data-testid=pin-input]', '1111'); await page.click('[data-testid=pin-unlock]'); await page.waitForTimeout(120) } } },
  too_new: { path: '?stage=too_new' },
  loading: { path: '?stage=loading' },
  buildings: { path: '?waiting=3#/buildings' },
  no_match: { path: '#/buildings', act: (page) => page.fill('[data-testid=building-search]', '泉山') },
  empty: { path: '?empty#/buildings' },
  failed: { path: '?fail=list_buildings#/buildings' },
  matrix: { path: '?waiting=3#/buildings/b1' },
  matrix_filter: { path: '#/buildings/b1', act: (page) => page.click('[data-testid=filter-revisit]') },
  menu: { path: '#/buildings/b1', act: (page) => page.click('[data-testid=cell-b1-1-8-1]', { button: 'right' }) },
  household: { path: '#/buildings/b1/doors/b1-1-9-2' },
  visit: { path: '#/buildings/b1/doors/b1-1-9-2/visit', act: (page) => page.click('[data-testid=outcome-met]') },
  visit_nobody: { path: '#/buildings/b1/doors/b1-1-9-2/visit', act: (page) => page.click('[data-testid=outcome-nobody]') },
  visit_error: { path: '#/buildings/b1/doors/b1-1-9-2/visit', act: async (page) => { await page.click('[data-testid=outcome-appointment]'); await page.click('[data-testid=visit-save]') } },
  visit_saved: { path: '#/buildings/b1/doors/b1-1-8-1/visit', act: async (page) => { await page.click('[data-testid=outcome-nobody]'); await page.click('[data-testid=visit-save]'); await page.waitForSelector('[data-testid=visit-line]') } },
  resident: { path: '#/buildings/b1/doors/b1-1-9-2/residents/r-b1-1-9-2-0' },
  correct: { path: '#/buildings/b1/doors/b1-1-9-2/residents/r-b1-1-9-2-0/correct', act: async (page) => { await page.fill('[data-testid=field-phone]', '12ab'); await page.click('[data-testid=correction-save]') } },
  inbox: { path: '#/inbox' },
  inbox_empty: { path: '#/inbox?tab=closed' },
  inbox_failed: { path: '?fail=list_issues#/inbox' },
  issue: { path: '#/inbox/i4?tab=open', act: (page) => page.click('[data-testid=step-check_failed]') },
  issue_returned: { path: '#/inbox/i3', act: (page) => page.click('[data-testid=step-supplement]') },
  issue_dispatch: { path: '#/inbox/i2', act: async (page) => { await page.click('[data-testid=step-dispatch]'); await page.click('[data-testid=step-unit-u1]') } },
  report: { path: '#/report?building=b1&dwelling=b1-1-9-2', act: (page) => page.click('[data-testid=report-category-lamp]') },
  report_error: { path: '#/report', act: (page) => page.click('[data-testid=report-save]') },
  sync: { path: '?sync=waiting#/sync' },
  sync_old: { path: '?sync=old#/sync' },
  sync_attention: { path: '?sync=needs_attention#/sync' },
  me: { path: '#/me' },
  attention: { path: '?sync=needs_attention#/attention' },
  conflict: { path: '#/attention/resident:r1', act: (page) => page.click('[data-testid=conflict-phone] [data-testid=own-open]') },
}
const every = Object.keys(screens)
const looks = [
  { name: 'wide', size: wide, screens: every },
  { name: 'tall', size: tall, screens: ['buildings', 'matrix', 'household', 'sync', 'me'] },
  { name: 'phone', size: phone, screens: every },
  { name: 'wide-dark', size: wide, theme: 'dark', screens: ['inbox', 'issue', 'report', 'locked', 'buildings', 'matrix', 'household', 'visit', 'resident', 'me'] },
  { name: 'wide-outdoor', size: wide, theme: 'outdoor', screens: ['inbox', 'issue', 'report', 'buildings', 'matrix', 'household', 'visit', 'resident', 'sync', 'me'] },
  { name: 'wide-elder', size: wide, letters: 'elder', screens: ['inbox', 'issue', 'report', 'buildings', 'matrix', 'household', 'visit', 'me'] },
  { name: 'wide-largest', size: wide, letters: 'largest', screens: ['enrol_pin', 'locked', 'buildings', 'matrix', 'household', 'visit', 'sync', 'me'] },
  { name: 'phone-elder', size: phone, letters: 'elder', screens: ['inbox', 'issue', 'report', 'enrol', 'locked_wait', 'buildings', 'matrix', 'household', 'visit', 'me'] },
  { name: 'phone-largest', size: phone, letters: 'largest', screens: every },
  { name: 'phone-largest-en', size: phone, letters: 'largest', language: 'en', screens: every },
  { name: 'wide-en', size: wide, language: 'en', screens: every },
  { name: 'tall-largest-en', size: tall, letters: 'largest', language: 'en', screens: ['buildings', 'matrix', 'household', 'visit', 'me'] },
  { name: 'phone-dark', size: phone, theme: 'dark', screens: ['matrix', 'household', 'visit_nobody', 'correct'] },
]

const server = createServer((request, response) => {
  const path = normalize(new URL(request.url ?? '/', 'http://gallery').pathname)
  const file = join(pages, path === '/' ? 'index.html' : path)
  if (!existsSync(file)) return response.writeHead(404).end()
  // The same policy as in the app, so that a forbidden script fails here already.
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-security-policy': "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:" })
  createReadStream(file).pipe(response)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = `http://127.0.0.1:${server.address().port}/`
mkdirSync(out, { recursive: true })

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
let taken = 0
for (const look of looks) {
  const context = await browser.newContext({ viewport: { width: look.size[0], height: look.size[1] }, hasTouch: true, reducedMotion: 'reduce' })
  await context.addInitScript(({ language, letters, theme }) => {
    if (location.protocol === 'about:') return
    if (language) localStorage.setItem('linli.language', language)
    if (letters) localStorage.setItem('linli.size', letters)
    localStorage.setItem('linli.theme', theme ?? 'light')
  }, look)
  const page = await context.newPage()
  for (const name of look.screens) {
    const picture = `${name}.${look.name}`
    if (wanted.length > 0 && !wanted.some((part) => `${picture}.`.includes(part))) continue
    const { path, act } = screens[name]
    const faults = []
    const note = (message) => message.type() === 'error' && faults.push(message.text())
    page.on('console', note)
    const broke = (error) => faults.push(String(error))
    page.on('pageerror', broke)
    try {
      await page.goto('about:blank')
      await page.goto(address + path)
      await page.waitForSelector('h1, [data-testid=error-message]', { timeout: 5000 })
      await page.waitForTimeout(150)
      if (act) await act(page)
      await page.waitForTimeout(150)
      // Only a wide matrix may scroll sideways, and then inside its own frame.
      const over = await page.evaluate(() => [...document.querySelectorAll('*')].filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible' && one.clientWidth > 60 && !one.closest('.scroller')).map((one) => `${one.tagName}.${one.className} ${one.scrollWidth}>${one.clientWidth}`))
      const small = await page.evaluate(() => [...document.querySelectorAll('button, a[href], [role=gridcell], label')].filter((one) => { const box = one.getBoundingClientRect(); return box.width > 1 && getComputedStyle(one).visibility !== 'hidden' && box.height < 44 && !one.closest('.skip') && !(one.tagName === 'LABEL' && !one.querySelector('input')) }).map((one) => `${one.tagName}.${one.className} ${Math.round(one.getBoundingClientRect().height)}`))
      await page.evaluate(axe)
      const wrong = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id} at ${nodes.slice(0, 3).map(({ target }) => target.join(' ')).join(', ')} (${nodes.length}) ${nodes[0].any[0]?.message ?? ''}`)))
      if (wrong.length > 0) faults.push(`accessibility: ${wrong.join('; ')}`)
      if (over.length > 0) faults.push(`wider than its box: ${over.join(', ')}`)
      if (small.length > 0) faults.push(`small targets: ${small.join(', ')}`)
    } catch (error) {
      faults.push(String(error))
    }
    page.off('console', note)
    page.off('pageerror', broke)
    await page.screenshot({ path: join(out, `${picture}.png`) })
    taken += 1
    if (faults.length > 0) console.log(`${picture}: ${faults.join(' | ')}`)
  }
  await context.close()
}
await browser.close()
server.close()
console.log(`${taken} pictures in ${out}`)
