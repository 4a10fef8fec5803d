/**
 * Every screen of both shells in a real browser: `make screens` takes their pictures into docs/screens, and with `--check`
 * nothing is kept. Either way no screen may scroll sideways at any width or type size, hold a touch target that is too
 * small, break a rule of accessibility (A and AA) in any theme or type size, or write an error to the browser's console.
 * Names after the options choose screens: `node gallery/screens.mjs --check tablet-today`. `--into=FOLDER` takes pictures of
 * every look, or of those that `--looks=phone,wide-dark` names, into another folder.
 */
import { createReadStream, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { build } from 'vite'
import { console_, tablet } from './screens.list.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const checking = process.argv.includes('--check')
const full = process.argv.includes('--full')
const wanted = process.argv.slice(2).filter((one) => !one.startsWith('--'))
/** Elsewhere than docs: to look at pictures that nobody keeps, and then in every look. */
const into = process.argv.find((one) => one.startsWith('--into='))?.slice(7)
const chosen = process.argv.find((one) => one.startsWith('--looks='))?.slice(8).split(',') ?? []
const out = into ?? here('../../docs/screens')
const axe = readFileSync(here('../node_modules/axe-core/axe.min.js'), 'utf8')
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
const sizes = ['standard', 'large', 'elder', 'largest']
const themes = ['light', 'dark', 'outdoor']
const shells = {
  tablet: { screens: tablet, config: 'vite.config.ts', pages: '../node_modules/.gallery', sizes, themes, widths: [[1280, 800], [800, 1280], [390, 844], [360, 740]] },
  // The console has densities, not type sizes, and follows the system's colours.
  console: { screens: console_, config: 'console.config.ts', pages: '../node_modules/.gallery-console', sizes: ['standard'], themes: ['light', 'dark'], widths: [[1440, 900], [1280, 800], [800, 1280], [390, 844], [360, 740]] },
}
const looks = {
  tablet: [
    { name: 'wide', width: [1280, 800] },
    { name: 'phone', width: [390, 844] },
    { name: 'tall', width: [800, 1280], keyOnly: true },
    { name: 'wide-dark', width: [1280, 800], theme: 'dark', keyOnly: true },
    { name: 'wide-outdoor', width: [1280, 800], theme: 'outdoor', keyOnly: true },
    { name: 'wide-largest', width: [1280, 800], size: 'largest', keyOnly: true },
    { name: 'phone-largest', width: [390, 844], size: 'largest', keyOnly: true },
    { name: 'phone-en', width: [390, 844], language: 'en', keyOnly: true },
    { name: 'narrow', width: [360, 740], size: 'elder', theme: 'outdoor', unkept: true },
    { name: 'phone-dark', width: [390, 844], theme: 'dark', unkept: true },
    { name: 'wide-en', width: [1280, 800], size: 'large', language: 'en', unkept: true },
  ],
  console: [
    { name: 'wide', width: [1280, 800] },
    { name: 'phone', width: [390, 844], keyOnly: true },
    { name: 'wide-dark', width: [1280, 800], theme: 'dark', keyOnly: true },
    { name: 'wide-en', width: [1280, 800], language: 'en', keyOnly: true },
  ],
}

function serve(pages) {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://gallery').pathname)
    const file = join(pages, path === '/' ? 'index.html' : path)
    if (!existsSync(file)) return response.writeHead(404).end()
    // The same policy as in the app, so that a forbidden script or style fails here already.
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-security-policy': "default-src 'self'; style-src 'self'; img-src 'self' data:" })
    createReadStream(file).pipe(response)
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

/** Puts a type size and a theme on the page as the app does, without loading it again. */
const dress = (page, size, theme) =>
  page.evaluate(([size, theme]) => {
    // Colours on their way from one theme to the next are no theme.
    if (document.adoptedStyleSheets.length === 0) {
      const still = new CSSStyleSheet()
      still.replaceSync('*, *::before, *::after { transition: none !important; animation: none !important }')
      document.adoptedStyleSheets = [still]
    }
    document.documentElement.dataset.size = size
    document.documentElement.dataset.theme = theme
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))
  }, [size, theme])

/** What is wider than it may be; only a wide matrix may scroll sideways, inside its own frame. */
const tooWide = (page) =>
  page.evaluate(() => {
    const root = document.documentElement
    const page = root.scrollWidth > root.clientWidth ? [`page ${root.scrollWidth}>${root.clientWidth}`] : []
    const boxes = [...document.querySelectorAll('*')].filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 60 && ['auto', 'scroll'].includes(getComputedStyle(one).overflowX) && !one.closest('.scroller, .el-table, .el-scrollbar'))
    return [...page, ...boxes.map((one) => `${one.tagName}.${one.className} ${one.scrollWidth}>${one.clientWidth}`)]
  })

/** What a look still finds after the page had its time: a screen that follows its width in script is a few frames behind the window. */
async function lasting(look, page) {
  let found = await look(page)
  for (let tries = 0; found.length > 0 && tries < 10; tries += 1) {
    await page.waitForTimeout(150)
    found = await look(page)
  }
  return found
}

const tooSmall = (page) =>
  page.evaluate(() => [...document.querySelectorAll('button, a[href], [role=gridcell], label')].filter((one) => { const box = one.getBoundingClientRect(); return box.width > 1 && getComputedStyle(one).visibility !== 'hidden' && box.height < 44 && !one.closest('.skip') && !(one.tagName === 'LABEL' && !one.querySelector('input')) }).map((one) => `${one.tagName}.${one.className} ${Math.round(one.getBoundingClientRect().height)}`))

const barriers = (page) =>
  page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id} at ${nodes.slice(0, 2).map(({ target }) => target.join(' ')).join(', ')} (${nodes.length}) ${nodes[0].any[0]?.message ?? ''}`)))

async function open(page, address, screen, faults) {
  const note = (message) => message.type() === 'error' && !message.text().includes('404') && faults.push(message.text())
  page.on('console', note)
  // What the policy of the page forbids is a fault, also where the browser would only have dropped a colour.
  await page.exposeFunction('noteViolation', (what) => faults.push(what)).catch(() => {})
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => window.noteViolation(`forbidden by ${violatedDirective}: ${blockedURI} at ${sourceFile}:${lineNumber}`)))
  page.on('pageerror', (error) => faults.push(String(error)))
  await page.goto(address + screen.path)
  await page.waitForSelector('h1, [data-testid=error-message]', { state: 'attached', timeout: 10_000 })
  await page.waitForTimeout(250)
  await screen.act?.(page)
  await page.waitForTimeout(250)
}

async function check(browser, shell, name, screen, address) {
  const faults = []
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: shell === shells.tablet, reducedMotion: 'reduce' })
  const page = await context.newPage()
  try {
    await page.setViewportSize({ width: shell.widths[0][0], height: shell.widths[0][1] })
    await open(page, address, screen, faults)
    for (const size of shell.sizes) {
      await dress(page, size, 'light')
      for (const [width, height] of shell.widths) {
        await page.setViewportSize({ width, height })
        faults.push(...(await lasting(tooWide, page)).map((one) => `${width} ${size}: wider than its box: ${one}`))
      }
      if (shell === shells.tablet) faults.push(...(await lasting(tooSmall, page)).map((one) => `${size}: small target ${one}`))
    }
    await page.evaluate(axe)
    // Sizes move things and themes colour them: each size in one theme and each theme in one size find what all pairs do.
    const pairs = full ? shell.sizes.flatMap((size) => shell.themes.map((theme) => [size, theme])) : [...shell.sizes.map((size) => [size, 'light']), ...shell.themes.slice(1).map((theme) => ['standard', theme])]
    for (const [size, theme] of pairs) {
      await dress(page, size, theme)
      faults.push(...(await barriers(page)).map((one) => `${size} ${theme}: ${one}`))
    }
  } catch (error) {
    faults.push(String(error).split('\n')[0])
  }
  await context.close()
  return [...new Set(faults)].map((fault) => `${name}: ${fault}`)
}

async function photograph(browser, shell, prefix, name, screen, address) {
  const faults = []
  for (const look of looks[prefix].filter((look) => (into ? chosen.length === 0 || chosen.includes(look.name) : (!look.keyOnly || screen.key) && !look.unkept))) {
    const context = await browser.newContext({ viewport: { width: look.width[0], height: look.width[1] }, hasTouch: prefix === 'tablet', reducedMotion: 'reduce', locale: look.language ?? 'zh-CN', timezoneId: 'Asia/Shanghai', colorScheme: look.theme === 'dark' ? 'dark' : 'light' })
    await context.addInitScript(({ language, size, theme }) => {
      if (location.protocol === 'about:') return
      if (language) localStorage.setItem('linli.language', language)
      if (size) localStorage.setItem('linli.size', size)
      localStorage.setItem('linli.theme', theme ?? 'light')
    }, look)
    const page = await context.newPage()
    try {
      await open(page, address, screen, faults)
      await page.screenshot({ path: join(out, `${name}.${look.name}.png`) })
    } catch (error) {
      faults.push(`${name}.${look.name}: ${String(error).split('\n')[0]}`)
    }
    await context.close()
  }
  return faults
}

function index(names) {
  const taken = readdirSync(out).filter((file) => file.endsWith('.png'))
  const part = (prefix, title) => {
    const rows = names.filter(([name]) => name.startsWith(`${prefix}-`) && taken.includes(`${name}.wide.png`)).map(([name, screen]) => {
      const pictures = taken.filter((file) => file.startsWith(`${name}.`))
      const links = pictures.map((file) => `[${file.slice(name.length + 1, -4)}](${file})`).join(' · ')
      return `### ${screen.title}\n\n${links}\n\n![${screen.title}](${name}.wide.png)\n`
    })
    return `## ${title}\n\n${rows.join('\n')}`
  }
  const lead = '# 画面 Screens\n\nMade by `make screens` from invented people; never edited by hand. Widths: wide 1280x800, tall 800x1280, phone 390x844.\n'
  writeFileSync(join(out, 'README.md'), [lead, part('tablet', '平板 Tablet'), part('console', '控制台 Console')].join('\n'))
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
const jobs = []
const servers = []
for (const [prefix, shell] of Object.entries(shells)) {
  if (!process.argv.includes('--built')) await build({ configFile: here(`./${shell.config}`), logLevel: 'warn' })
  const server = await serve(here(shell.pages))
  servers.push(server)
  const address = `http://127.0.0.1:${server.address().port}/`
  for (const [id, screen] of Object.entries(shell.screens)) jobs.push({ prefix, shell, name: `${prefix}-${id}`, screen, address })
}
const all = jobs.map(({ name, screen }) => [name, screen])
const queue = jobs.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
const faults = []
if (!checking && !into && wanted.length === 0) rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const count = queue.length
async function work() {
  for (let job = queue.shift(); job; job = queue.shift()) {
    if (!checking) faults.push(...(await photograph(browser, job.shell, job.prefix, job.name, job.screen, job.address)))
    if (!process.argv.includes('--only-pictures')) faults.push(...(await check(browser, job.shell, job.name, job.screen, job.address)))
  }
}
await Promise.all([work(), work(), work()])
await browser.close()
servers.forEach((server) => server.close())
if (!checking && !into) index(all)
for (const fault of faults) console.error(fault)
console.log(`${count} screens, ${faults.length} faults`)
process.exitCode = faults.length > 0 ? 1 : 0
