/** Photographs the console's screens: `node gallery/console.shoot.mjs [part of a name …]`. Pictures go to /tmp/shots. */
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { build, preview } from 'vite'

const out = '/tmp/shots'
const wanted = process.argv.slice(2)
const configFile = fileURLToPath(new URL('./console.config.ts', import.meta.url))
const sizes = { desk: [1440, 900], small: [1280, 800], tall: [800, 1280], phone: [390, 844] }

async function signIn(page) {
  await page.fill('[data-testid=sign-in-name]', '赵海燕')
  await page.fill('[data-testid=sign-in-password]', 'password')
  await page.click('[data-testid=sign-in-submit]')
}

const screens = {
  sign_in: { case: 'signed_out' },
  sign_in_wrong: { case: 'wrong', act: signIn },
  sign_in_wait: { case: 'wait', act: signIn },
  session_ended: { act: (page) => page.evaluate(() => window.gallery.end()) },
  too_new: { case: 'too_new' },
  register: {},
  register_grid: { path: '/register?scope=340603002001002' },
  register_error: { case: 'error' },
  register_empty: { case: 'empty' },
  register_receiving: { case: 'loading' },
  register_no_match: { act: (page) => page.fill('[data-testid=register-search]', '没有这个人') },
  reconnecting: { case: 'offline' },
  scope: { act: (page) => page.click('[data-testid=scope-picker]') },
  account: { act: (page) => page.click('[data-testid=account]') },
  help: { act: (page) => page.keyboard.press('?') },
  resident: { path: '/register?resident=r6' },
  correction: { path: '/register?resident=r6', act: correct },
  dispatch: { path: '/dispatch' },
  dispatch_open: { path: '/dispatch?issue=i2', act: (page) => page.keyboard.press('1') },
  dispatch_empty: { path: '/dispatch', case: 'empty' },
  dispatch_error: { path: '/dispatch', case: 'error' },
  review: { path: '/review' },
  review_card: { path: '/review?record=resident:r1' },
  review_held: { path: '/review?tab=held' },
  review_refused: { path: '/review?tab=refused' },
  review_empty: { path: '/review', case: 'empty' },
  visits: { path: '/visits' },
  visits_new: { path: '/visits', act: (page) => page.evaluate(() => window.gallery.visit()) },
  visits_empty: { path: '/visits', case: 'empty' },
}

async function correct(page) {
  const button = page.locator('[data-testid=resident-correct]')
  // A phone only reads.
  if ((await button.count()) === 0) return
  await button.click()
  await page.fill('[data-testid=field-phone]', '12ab')
  await page.click('[data-testid=correction-save]')
}

mkdirSync(out, { recursive: true })
await build({ configFile, logLevel: 'warn' })
const server = await preview({ configFile, preview: { port: 0 } })
const address = server.resolvedUrls.local[0]
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
try {
  for (const [size, [width, height]] of Object.entries(sizes))
    for (const colorScheme of ['light', 'dark'])
      for (const language of ['zh-CN', 'en'])
        for (const [name, screen] of Object.entries(screens)) {
          const picture = `console-${name}-${size}-${colorScheme}-${language}`
          if (wanted.length > 0 && !wanted.some((part) => picture.includes(part))) continue
          const context = await browser.newContext({ viewport: { width, height }, colorScheme })
          const page = await context.newPage()
          page.on('pageerror', (error) => console.error(picture, error.message))
          await page.addInitScript((chosen) => localStorage.setItem('linli.language', chosen), language)
          await page.goto(`${address}gallery/console.html?case=${screen.case ?? 'ready'}#${screen.path ?? '/register'}`)
          await page.waitForSelector('h1', { state: 'attached' })
          await page.waitForTimeout(400)
          await screen.act?.(page)
          await page.waitForTimeout(500)
          const sideways = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
          if (sideways) console.error(picture, 'scrolls sideways')
          await page.screenshot({ path: `${out}/${picture}.png` })
          await context.close()
        }
} finally {
  await browser.close()
  await server.close()
}
