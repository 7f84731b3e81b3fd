// The browsers of the walk, behind one interface. An engine makes visitors, each with a jar of cookies of its own. A visitor opens
// tabs. What a tab is asked for while it loads another page is null, so that scenes wait for what a person would see.
//
// An engine that partitions keeps the cookies of another host's frame, for the page around it. One that keeps is known to keep pages for
// Back, where they let it.
//
//   tab.go(url) .reload() .back() .url()
//   tab.close()                                  as a person does
//   tab.crash()                                  where the engine can; otherwise there is none
//   tab.heading() .text(selector) .run(script)   read or do something in the page; script is the body of a function
//   tab.click(selector) .fill(selector, value)
//   tab.frame()                                  the page's only frame, with the same reading and doing
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import playwright from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { Builder, By, Capabilities } from 'selenium-webdriver';

const limit = 30000;

// soon is null where a page is on its way to another.
async function soon(ask) {
  try { return await ask(); } catch (e) { return null; }
}

const textOf = (selector) => `const e = document.querySelector(${JSON.stringify(selector)}); return e && e.innerText.trim();`;

// reading is what a document can be asked for, from how its engine runs a script in it.
function reading(run) {
  return {
    run: (script) => soon(() => run(script)),
    text: (selector) => soon(() => run(textOf(selector))),
    heading: () => soon(() => run(textOf('h1'))),
  };
}

async function chromium(program) {
  const browser = await playwright.chromium.launch({
    executablePath: program,
    ignoreDefaultArgs: ['--disable-back-forward-cache'], // people's browsers have one
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--host-resolver-rules=MAP *.localhost 127.0.0.1'],
  });
  const inside = (doc) => ({
    ...reading((script) => doc.evaluate(`(() => {${script}})()`)),
    click: (selector) => doc.locator(selector).click({ timeout: limit }),
    fill: (selector, value) => doc.locator(selector).fill(value, { timeout: limit }),
  });
  const tabOf = (page) => ({
    ...inside(page),
    go: (url) => page.goto(url, { timeout: limit }),
    reload: () => page.reload({ timeout: limit }),
    back: () => soon(() => page.evaluate('history.back()')),
    url: () => page.url(),
    frame: () => inside(page.frames()[1] ?? page.mainFrame()),
    close: () => page.close({ runBeforeUnload: true }),
    crash: () => soon(() => page.goto('chrome://crash', { timeout: 5000 })),
  });
  return {
    partitions: true,
    keeps: true,
    async visitor() {
      const context = await browser.newContext({ locale: 'en-GB', ignoreHTTPSErrors: true });
      return {
        tab: async () => tabOf(await context.newPage()),
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}

async function firefox(program) {
  const browser = await puppeteer.launch({
    browser: 'firefox', executablePath: program, headless: true, acceptInsecureCerts: true,
    extraPrefsFirefox: { 'intl.accept_languages': 'en-GB, en' },
  });
  const inside = (doc) => ({
    ...reading((script) => doc.evaluate(`(() => {${script}})()`)),
    click: async (selector) => { await (await doc.waitForSelector(selector, { timeout: limit })).click(); },
    fill: async (selector, value) => {
      const field = await doc.waitForSelector(selector, { timeout: limit });
      await field.evaluate((e) => { e.value = ''; });
      await field.type(value);
    },
  });
  const tabOf = (page) => ({
    ...inside(page),
    go: (url) => page.goto(url, { timeout: limit }),
    reload: () => page.reload({ timeout: limit }),
    back: () => soon(() => page.evaluate('history.back()')),
    url: () => page.url(),
    frame: () => inside(page.frames()[1] ?? page.mainFrame()),
    close: () => page.close({ runBeforeUnload: true }),
  });
  return {
    partitions: true,
    async visitor() {
      const context = await browser.createBrowserContext();
      return {
        tab: async () => tabOf(await context.newPage()),
        close: () => context.close(),
      };
    },
    close: () => browser.close(),
  };
}

// driver starts WebKit's, which serves one session.
async function driver() {
  const port = await new Promise((r) => {
    const s = createServer().listen(0, '127.0.0.1', () => { const p = s.address().port; s.close(() => r(p)); });
  });
  const process = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], { stdio: 'ignore' });
  const server = `http://127.0.0.1:${port}`;
  for (let ready = false; !ready;) {
    if (process.exitCode !== null) throw new Error('WebKitWebDriver ended');
    ready = await fetch(`${server}/status`).then((a) => a.ok, () => false);
  }
  return { server, process };
}

// webkit has one jar a browser, so each visitor is one.
async function webkit(program) {
  const capabilities = () => new Capabilities({
    browserName: 'MiniBrowser', acceptInsecureCerts: true,
    'webkitgtk:browserOptions': { binary: program, args: ['--automation'] },
  });
  const drivers = new Set();

  function tabOf(session, handle, close) {
    // A driver has one window in its hand, and takes the right one before each step.
    const at = async (step, framed) => {
      await session.switchTo().window(handle);
      await session.switchTo().defaultContent();
      if (framed) await session.switchTo().frame(0);
      return step();
    };
    const find = async (selector) => {
      const end = Date.now() + limit;
      for (;;) {
        const [found] = await session.findElements(By.css(selector));
        if (found) return found;
        if (Date.now() > end) throw new Error(`there is no ${selector}`);
      }
    };
    const inside = (framed) => ({
      ...reading((script) => at(() => session.executeScript(script), framed)),
      click: (selector) => at(async () => (await find(selector)).click(), framed),
      fill: (selector, value) => at(async () => { const e = await find(selector); await e.clear(); await e.sendKeys(value); }, framed),
    });
    return {
      ...inside(false),
      go: (url) => at(() => session.get(url)),
      reload: () => at(() => session.navigate().refresh()),
      back: () => soon(() => at(() => session.executeScript('history.back()'))),
      url: () => at(() => session.getCurrentUrl()),
      frame: () => inside(true),
      close: () => at(close),
    };
  }
  return {
    partitions: false,
    async visitor() {
      const { server, process } = await driver();
      drivers.add(process);
      const session = await new Builder().usingServer(server).withCapabilities(capabilities()).build();
      let free = await session.getWindowHandle(); // a window without a page
      // A session ends with its last window (WebDriver §11.3), so another one comes in its place.
      const close = async () => {
        const handle = await session.getWindowHandle();
        if ((await session.getAllWindowHandles()).length === 1) {
          await session.switchTo().newWindow('tab');
          free = await session.getWindowHandle();
          await session.switchTo().window(handle);
        }
        await session.close();
      };
      return {
        async tab() {
          if (!free) {
            await session.switchTo().window((await session.getAllWindowHandles())[0]);
            await session.switchTo().newWindow('tab');
          }
          const handle = free ?? await session.getWindowHandle();
          free = null;
          return tabOf(session, handle, close);
        },
        async close() {
          await soon(() => session.quit());
          process.kill('SIGKILL');
          drivers.delete(process);
        },
      };
    },
    async close() { for (const d of drivers) d.kill('SIGKILL'); },
  };
}

export const engine = () => ({ chromium, firefox, webkit })[process.env.ENGINE](process.env.BROWSER);
