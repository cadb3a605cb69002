// The reports in a browser, as a reader uses them. Each check is a sentence; the first that does not
// hold ends the run. It says how many held.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [squall, tools, kept] = process.argv.slice(2);
const { chromium } = await import(pathToFileURL(resolve(tools, 'node_modules/playwright-core/index.mjs')));
const folder = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), 'squall-browser-'));
mkdirSync(folder, { recursive: true });

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
let held = 0;
const check = (holds, sentence) => {
  if (!holds) throw new Error(`does not hold: ${sentence}`);
  held += 1;
};

/* The pages: a deploy, a sweep, two runs side by side, a model that means harm. */
const run = (name, words) => {
  const output = join(folder, name);
  const options = { stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 };
  try {
    execFileSync(squall, [...words, '--quiet', '--output', output], options);
  } catch (failure) {
    // 99: an objective failed, which is a result like any other.
    if (failure.status !== 99) throw new Error(`${name}: ${failure.stderr}`);
  }
  return join(output, 'report.html');
};
/* A question that means harm, and results in which somebody has changed every name. */
const LONG = 'x'.repeat(10_000), TURNED = '\u202e';
const hash = bytes => createHash('sha256').update(bytes).digest('hex');
const harmful = () => {
  const model = {
    model: resolve('models/chat.yaml'),
    question: `<script>document.title='owned'</script>"'\`&amp; ${TURNED}tfel ot thgir ${LONG}`,
    horizon: '1min',
    set: { 'phones.count': 500, 'gateways.count': 3 },
    timeline: [{ at: '20s', name: 'crash', crash: { node: 'gateways', instances: [0], restart: '5s' } }],
    slo: ['deliveries.missed == 0', 'during(crash).clients.availability > 99%'],
  };
  const file = join(folder, 'harm.yaml');
  writeFileSync(file, JSON.stringify(model));
  const page = run('harm', ['run', file]), results = join(folder, 'harm');
  const names = { gateways: '<script>document.title=1</script>', phones: '<img src=x onerror=alert(1)>',
    crash: `</title></svg></script><b>${TURNED}`, bus: LONG, fanout: '{{fanout}}&quot;', presence: '\u0645\u0631\u062d\u0628\u0627' };
  for (const name of readdirSync(results).filter(name => /\.(csv|json)$/.test(name))) {
    let text = readFileSync(join(results, name), 'utf8');
    for (const [word, other] of Object.entries(names)) {
      text = text.replace(new RegExp(`\\b${word}\\b(?!:)`, 'g'), () => other);
    }
    writeFileSync(join(results, name), text);
  }
  // Whoever changes results can change what the manifest says of them as well.
  const manifest = join(results, 'manifest.json'), said = JSON.parse(readFileSync(manifest, 'utf8'));
  for (const name of Object.keys(said.contents)) {
    said.contents[name] = hash(readFileSync(join(results, name)));
  }
  said.seal = '';
  said.seal = hash(JSON.stringify(said));
  writeFileSync(manifest, JSON.stringify(said));
  execFileSync(squall, ['render', results], { stdio: ['ignore', 'ignore', 'inherit'], timeout: 120_000 });
  return page;
};

const server = await chromium.launchServer({ executablePath: '/usr/bin/chromium', headless: true, args: FLAGS });
const browser = await chromium.connect(server.wsEndpoint());

/* A page that may ask for nothing but itself, and may not complain. */
const open = async (file, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage(), trouble = [], own = pathToFileURL(file).href;
  page.on('request', request => request.url() !== own && trouble.push(`asks for ${request.url()}`));
  page.on('console', message => ['error', 'warning'].includes(message.type()) && trouble.push(message.text()));
  page.on('pageerror', error => trouble.push(String(error)));
  page.on('dialog', dialog => { trouble.push(`asks: ${dialog.message()}`); return dialog.dismiss(); });
  await page.goto(own);
  const close = async name => {
    if (kept) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    check(trouble.length === 0, `${name}: nothing is asked of a network, no error is shown: ${trouble.join('; ')}`);
    await context.close();
  };
  return { page, trouble, close };
};
const tip = page => page.locator('.tip.on');
const box = async (page, chart) => {
  const svg = page.locator(`#chart-${chart} svg.w`);
  await svg.scrollIntoViewIfNeeded();
  return { svg, area: await svg.boundingBox() };
};
const narrow = page => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

const hover = async page => {
  const charts = await page.locator('figure[data-chart]').evaluateAll(all => all.map(one => one.id.slice(6)));
  check(charts.length > 0, 'there are charts with data');
  for (const chart of charts) {
    const { svg, area } = await box(page, chart);
    if (await svg.count() === 0) continue;
    await page.mouse.move(area.x + area.width / 2, area.y + area.height / 2);
    const text = await tip(page).textContent();
    check(text.split('\n').length > 1 && /\d/.test(text), `${chart}: the pointer tells values: ${text}`);
    // Where there are several panels, each value stands below the name of its own.
    const names = await page.evaluate(id => JSON.parse(document.getElementById(`data-${id}`).textContent).names, chart);
    const said = text.split('\n').slice(1).filter(row => names.some(name => row.startsWith(name)));
    check(names.length < 2 || said.length === 1, `${chart}: the pointer names its panel: ${text}`);
    await page.mouse.move(area.x + area.width / 2, area.y - 30);
  }
};

const zoom = async page => {
  const { svg, area } = await box(page, 'connections');
  const paths = () => page.locator('svg.w g.p path').evaluateAll(all => all.map(one => one.getAttribute('d')).join());
  const zoomed = () => page.locator('svg.w.zoomed').count();
  const before = await paths(), y = area.y + area.height / 3;
  await page.mouse.move(area.x + area.width * 0.4, y);
  await page.mouse.down();
  await page.mouse.move(area.x + area.width * 0.6, y, { steps: 5 });
  await page.mouse.up();
  check(await svg.evaluate(one => one.classList.contains('zoomed')), 'a drag zooms');
  check(await zoomed() > 2, 'all charts over the same time show that stretch');
  const span = await page.locator('#chart-connections .span').textContent();
  check(/ to /.test(span), `the stretch is told: ${span}`);
  check(await svg.locator('g.z text').count() > 1, 'the stretch has ticks of its own');
  const ends_at = () => page.locator('#chart-lag-over-time svg.w').evaluate(svg => {
    const labels = [...svg.querySelectorAll(':scope > g.s text:not(.off)')].map(t => t.getBoundingClientRect().top);
    return [labels.sort((a, b) => a - b), svg.querySelectorAll(':scope > g.s text[transform]').length];
  });
  const [tops, moved] = await ends_at();
  check(moved > 1 && tops.every((top, i) => i === 0 || top - tops[i - 1] > 8), `labels go with their lines, apart: ${tops}`);
  const lag = await box(page, 'lag-over-time');
  check(await paths() !== before, 'lines are drawn from all values');
  await page.mouse.move(lag.area.x + lag.area.width * 0.5, lag.area.y + 100);
  const [minutes, seconds] = (await tip(page).textContent()).match(/^(?:(\d+):)?(\d+)/).slice(1).map(Number);
  const ends = span.match(/(?:(\d+):)?(\d+)/g).map(t => t.split(':').map(Number)).map(t => t.length > 1 ? t[0] * 60 + t[1] : t[0]);
  const at = (minutes || 0) * 60 + seconds;
  check(ends[0] <= at && at <= ends[1], `the pointer tells a time within the stretch: ${at} in ${ends}`);
  await page.locator('#chart-connections .zoom button', { hasText: 'All' }).click();
  check(await zoomed() === 0 && await paths() === before, 'everything is as it was again');
  check((await ends_at())[1] === 0, 'so are the labels');
};

const keys = async page => {
  const { svg } = await box(page, 'lag-over-time');
  await svg.focus();
  await page.keyboard.press('ArrowRight');
  const first = await tip(page).textContent();
  await page.keyboard.press('PageDown');
  check(await tip(page).textContent() !== first, 'arrows and Page Down move the pointer');
  await page.keyboard.press('+');
  check(await svg.evaluate(one => one.classList.contains('zoomed')), 'plus zooms');
  await page.keyboard.press('0');
  check(!await svg.evaluate(one => one.classList.contains('zoomed')), 'zero shows all');
  await page.keyboard.press('Escape');
  check(await tip(page).count() === 0, 'Escape takes the values away');
};

const toggle = async page => {
  const button = page.locator('#chart-lag-over-time .tog button[data-s]').first();
  const off = () => page.locator('#chart-lag-over-time svg.w g.s.off').count();
  await button.click();
  check(await off() > 0 && await button.getAttribute('aria-pressed') === 'false', 'a series can be hidden');
  await button.click();
  check(await off() === 0, 'and shown again');
};

const play = async page => {
  const now = page.locator('.play output'), bars = page.locator('#topology svg.w g.s path:nth-child(2)');
  const heights = () => bars.evaluateAll(all => all.map(one => one.getAttribute('d')).join());
  const words = () => page.locator('#topology svg.w g.f text:last-of-type').allTextContents();
  const before = await heights(), told = (await words()).join();
  await page.locator('.play button').first().click();
  await page.waitForFunction(() => document.querySelector('#time').value > 3);
  await page.locator('.play button', { hasText: 'Pause' }).click();
  check(/\d/.test(await now.textContent()), 'the time is told while it plays');
  check(await heights() !== before, 'sockets of the gateways move');
  check((await words()).join() !== told, 'what the boxes tell moves');
  const seen = new Set();
  for (let step = 0; step < 40; step++) {
    await page.locator('#time').focus();
    await page.keyboard.press('ArrowRight');
    seen.add(await page.locator('#topology svg.w g.k path').first().getAttribute('stroke-width'));
  }
  check(seen.size > 3, 'the herd comes and goes along the arrows');
  await page.locator('.play button', { hasText: 'Peaks' }).click();
  check(await heights() === before && (await words()).join() === told, 'each is at its peak again');
};

/* Who speaks to the page says what stands on a button. */
const buttons = async page => {
  const all = await page.locator('button[aria-label]').evaluateAll(found =>
    found.map(button => [button.textContent.trim(), button.getAttribute('aria-label')]));
  check(all.length > 3, 'buttons are named');
  for (const [text, name] of all) {
    check(name.includes(text), `the name of a button has what it shows: ${text}, ${name}`);
  }
};

const sort = async page => {
  const table = page.locator('table.sort').first();
  await table.scrollIntoViewIfNeeded();
  const head = table.locator('thead th').nth(1);
  const values = () => table.locator('tbody tr td:nth-child(2)').allTextContents();
  await head.locator('button').click();
  const up = await values();
  check(await head.getAttribute('aria-sort') === 'ascending', 'a column can be sorted');
  await head.locator('button').click();
  const down = await values();
  check(up.length > 2 && up.join() !== down.join(), 'and the other way round');
};

const desktop = async file => {
  const { page, close } = await open(file);
  await hover(page);
  await buttons(page);
  await zoom(page);
  await keys(page);
  await toggle(page);
  await play(page);
  check(await narrow(page), 'the page does not scroll sideways');
  await close('deploy');
};

const elsewhere = async (file, name) => {
  const phone = await open(file, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  check(await narrow(phone.page), `${name}: a phone does not scroll sideways`);
  await phone.close(`${name}-phone`);
  const tablet = await open(file, { viewport: { width: 768, height: 1024 } });
  check(await narrow(tablet.page), `${name}: a tablet does not scroll sideways`);
  const widths = await tablet.page.locator('figure[data-chart] svg.w').evaluateAll(all => all.map(one => one.getBoundingClientRect().width));
  check(widths.every(width => width > 600), `${name}: charts take the width of a tablet: ${widths}`);
  await tablet.close(`${name}-tablet`);
  const dark = await open(file, { colorScheme: 'dark' });
  const ground = await dark.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check(ground !== 'rgb(255, 255, 255)', `${name}: dark is dark`);
  await dark.close(`${name}-dark`);
  const still = await open(file, { javaScriptEnabled: false });
  check(await still.page.locator('.tog, .play').count() === 0, `${name}: without scripts no button stands about`);
  check(await still.page.locator('h1').isVisible() && await still.page.locator('main section').count() > 3, `${name}: without scripts all is there`);
  const printed = await still.page.pdf({ preferCSSPageSize: true, ...(kept ? { path: join(folder, `${name}.pdf`) } : {}) });
  check(printed.length > 10_000, `${name}: it prints`);
  await still.close(`${name}-still`);
};

const harm = async file => {
  const { page, trouble, close } = await open(file);
  check(!/owned/.test(await page.title()), 'no name runs as a script');
  check(await page.locator('img, [onmouseover], [onerror]').count() === 0, 'no name becomes an element');
  check(await page.evaluate(() => document.querySelectorAll('script:not([type])').length) === 1, 'one script runs');
  const words = await page.evaluate(() => document.body.innerText);
  check(words.includes('<script>') && !words.includes('x'.repeat(2_000)), 'names are shown, and cut');
  check(await narrow(page), 'long names do not widen the page');
  await hover(page);
  check(trouble.length === 0, `no name makes trouble: ${trouble}`);
  await page.evaluate(() => {
    const intruder = document.createElement('script');
    intruder.textContent = 'document.title = "owned"';
    document.body.append(intruder);
  });
  check(!/owned/.test(await page.title()), 'no script runs but the page’s own');
  // The browser says that it refused; that is all it says.
  check(trouble.splice(0).every(words => /Content Security Policy/.test(words)), 'the policy refuses it');
  await close('harm');
};

try {
  const deploy = run('deploy', ['run', 'experiments/chat-1m.yaml', '--set', 'phones.count=4k', '--set', 'gateways.count=8']);
  await desktop(deploy);
  await elsewhere(deploy, 'deploy');
  const sweep = run('sweep', ['sweep', 'experiments/rolling-deploy.yaml', '--set', 'phones.count=400']);
  const { page, close } = await open(sweep);
  await hover(page);
  await sort(page);
  await close('sweep');
  await elsewhere(sweep, 'sweep');
  const bad = harmful();
  await harm(bad);
  await elsewhere(bad, 'harm');
  console.log(`browser: ${held} checks hold`);
} finally {
  await browser.close();
  await server.close();
  if (server.process().exitCode === null) server.process().kill('SIGKILL');
  if (!kept) rmSync(folder, { recursive: true, force: true });
}
