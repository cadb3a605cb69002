'use strict';
(() => {
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const data = id => JSON.parse(document.getElementById(id)?.textContent || 'null');
document.documentElement.classList.add('js');

/* Numbers as the report writes them: three significant digits and a unit. */
const GAP = '\u202f';
const digits = v => { const n = Math.abs(v); return n === 0 || n >= 99.95 ? 0 : n >= 9.995 ? 1 : n >= 0.9995 ? 2 : n >= 0.09995 ? 3 : n >= 0.009995 ? 4 : 5; };
const fixed = v => v.toLocaleString('en-US', { minimumFractionDigits: digits(v), maximumFractionDigits: digits(v) });
const clock = s => {
  if (s < 60) return +s.toPrecision(3) + GAP + 's';
  const t = Math.round(s), two = n => String(n).padStart(2, '0');
  return t < 3600 ? Math.floor(t / 60) + ':' + two(t % 60) + GAP + 'min'
    : Math.floor(t / 3600) + ':' + two(Math.floor(t / 60) % 60) + ':' + two(t % 60) + GAP + 'h';
};
const scaled = (v, steps) => { const [from, factor, unit] = steps.findLast(s => Math.abs(v) >= s[0]) || steps[0]; return fixed(v * factor) + GAP + unit; };
const figure = (v, unit) => {
  if (v == null) return '–';
  if (unit === 'seconds') return v === 0 ? '0' + GAP + 's' : v >= 119.5 ? clock(v) : scaled(v, [[0, 1e9, 'ns'], [1e-6, 1e6, 'µs'], [1e-3, 1e3, 'ms'], [0.9995, 1, 's']]);
  if (unit === 'share') return fixed(v * 100) + GAP + '%';
  if (unit === 'bytes') return scaled(v, [[0, 1, 'B'], [1e3, 1e-3, 'KB'], [1e6, 1e-6, 'MB'], [1e9, 1e-9, 'GB']]);
  const n = Number.isInteger(v) ? v.toLocaleString('en-US') : fixed(v);
  return unit === 'per_second' ? n + '/s' : n;
};

/* Values under the pointer; arrows, Page Up and Down, Escape on a focused chart. */
const tip = document.createElement('div');
tip.className = 'tip';
tip.setAttribute('role', 'status');
document.body.append(tip);
for (const chart of all('figure[data-chart]')) {
  const d = data(chart.dataset.chart);
  if (!d) continue;
  const log = d.x.scale === 'log';
  const value = f => log ? d.x.low * Math.pow(d.x.high / d.x.low, f) : d.x.low + (d.x.high - d.x.low) * f;
  const place = v => log ? Math.log(v / d.x.low) / Math.log(d.x.high / d.x.low) : (v - d.x.low) / (d.x.high - d.x.low);
  const near = (points, x) => {
    let best = null;
    for (let i = 0; i < points.length; i += 2) {
      const far = Math.abs(place(points[i]) - place(x));
      if (best === null || far < best[0]) best = [far, points[i + 1]];
    }
    return best && best[0] < 0.02 ? best[1] : null;
  };
  /* Where there are few points, as in a sweep, the pointer goes from one to the next. */
  const places = [...new Set(d.series.flatMap(s => s.points.filter((_, i) => i % 2 === 0)))].map(place).sort((a, b) => a - b);
  const sparse = places.length > 0 && places.length <= 40;
  for (const svg of all('svg.w, svg.n', chart)) {
    const frame = d.frames[svg.classList.contains('n') ? 1 : 0], [left, right, top, bottom] = frame;
    const line = document.createElementNS(svg.namespaceURI, 'path');
    line.setAttribute('class', 'hair');
    svg.append(line);
    svg.setAttribute('tabindex', '0');
    let at = -1;
    const hide = () => { at = -1; line.removeAttribute('d'); tip.classList.remove('on'); };
    const show = share => {
      at = Math.min(1, Math.max(0, share));
      if (sparse) at = places.reduce((best, p) => Math.abs(p - share) < Math.abs(best - share) ? p : best);
      const px = left + (right - left) * at, x = value(at);
      line.setAttribute('d', `M${px} ${top}V${bottom}`);
      const rows = [log ? figure(x, d.x.unit) : d.x.unit === 'seconds' ? clock(x) : figure(x, d.x.unit)];
      for (const s of d.series) {
        if (chart.querySelector(`.tog [data-s="${s.s}"][aria-pressed=false]`)) continue;
        rows.push(`${s.label}  ${figure(near(s.points, x), s.unit)}`);
      }
      tip.textContent = rows.join('\n');
      const box = svg.getBoundingClientRect(), factor = box.width / svg.viewBox.baseVal.width;
      const wide = tip.offsetWidth, from = box.left + px * factor;
      tip.style.left = Math.max(4, Math.min(from + 12, innerWidth - wide - 8)) + scrollX + 'px';
      tip.style.top = box.top + scrollY + top * factor + 8 + 'px';
      tip.classList.add('on');
    };
    const next = way => (way > 0 ? places.find(p => p > at + 1e-9) : places.findLast(p => p < at - 1e-9)) ?? at;
    svg.addEventListener('pointermove', e => {
      const box = svg.getBoundingClientRect(), px = (e.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
      px < left - 8 || px > right + 8 ? hide() : show((px - left) / (right - left));
    });
    svg.addEventListener('pointerleave', hide);
    svg.addEventListener('blur', hide);
    svg.addEventListener('keydown', e => {
      const step = { ArrowRight: .005, ArrowLeft: -.005, PageDown: .05, PageUp: -.05 }[e.key];
      if (e.key === 'Escape') hide();
      if (step) { e.preventDefault(); show(at < 0 ? 0 : sparse ? next(Math.sign(step)) : at + step); }
    });
  }
  /* Series toggles, with a sample of each line. */
  const named = d.series.filter(s => s.named);
  if (named.length > 1) {
    const row = document.createElement('div');
    row.className = 'tog';
    row.setAttribute('role', 'group');
    row.setAttribute('aria-label', 'Series');
    for (const s of named) {
      const b = document.createElement('button');
      b.type = 'button';
      b.dataset.s = s.s;
      b.textContent = s.label;
      b.setAttribute('aria-pressed', 'true');
      b.addEventListener('click', () => {
        const on = b.getAttribute('aria-pressed') === 'true';
        b.setAttribute('aria-pressed', String(!on));
        for (const g of all('g.s', chart)) if (g.dataset.s === b.dataset.s) g.classList.toggle('off', on);
      });
      row.append(b);
    }
    chart.querySelector('svg').before(row);
  }
}

/* Sortable tables: data-v carries the number, else the text counts. */
for (const table of all('table.sort')) {
  const heads = all('thead th', table);
  heads.forEach((th, column) => {
    const b = document.createElement('button');
    b.type = 'button';
    b.append(...th.childNodes);
    th.append(b);
    th.setAttribute('aria-sort', 'none');
    b.addEventListener('click', () => {
      const up = th.getAttribute('aria-sort') !== 'ascending';
      heads.forEach(h => h.setAttribute('aria-sort', 'none'));
      th.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const key = tr => tr.cells[column].dataset.v ?? tr.cells[column].textContent.trim();
      const rows = all('tbody tr', table).sort((a, b) => {
        const p = key(a), q = key(b), numbers = p !== '' && q !== '' && !isNaN(p) && !isNaN(q);
        return (numbers ? p - q : String(p).localeCompare(q)) * (up ? 1 : -1);
      });
      table.tBodies[0].append(...rows);
    });
  });
}

/* The time slider plays the run on the topology. */
const topology = document.getElementById('topology'), frames = data('data-topology');
if (topology && frames) {
  const row = document.createElement('div'), play = document.createElement('button');
  const range = document.createElement('input'), now = document.createElement('output');
  row.className = 'play';
  play.type = 'button';
  play.textContent = 'Play';
  Object.assign(range, { type: 'range', min: 0, max: frames.labels.length - 1, value: 0, id: 'time' });
  range.setAttribute('aria-label', 'Time');
  now.htmlFor = 'time';
  now.textContent = 'each at its peak';
  row.append(play, range, now);
  topology.querySelector('svg').before(row);
  const bars = all('g.s', topology).map(g => {
    const [track, bar] = all('path', g);
    const [, x, y, w, h] = track.getAttribute('d').match(/^M([-\d.]+) ([-\d.]+)h([-\d.]+)v([-\d.]+)/).map(Number);
    return { s: +g.dataset.s, bar, x, y, w, h };
  });
  const paint = () => {
    const i = +range.value;
    now.textContent = frames.labels[i];
    range.setAttribute('aria-valuetext', frames.labels[i]);
    for (const b of bars) {
      const share = frames.shares[b.s]?.[i] ?? 0, high = b.h * Math.min(1, share);
      b.bar.setAttribute('d', `M${b.x} ${b.y + b.h - high}h${b.w}v${high}h${-b.w}z`);
      b.bar.setAttribute('class', share < .5 ? 'f-blue' : share < .8 ? 'f-orange' : 'f-verm');
    }
  };
  let timer = 0;
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = 'Play'; };
  range.addEventListener('input', paint);
  play.addEventListener('click', () => {
    if (timer) return stop();
    if (range.value === range.max) range.value = 0;
    play.textContent = 'Pause';
    timer = setInterval(() => { range.value === range.max ? stop() : (range.value++, paint()); }, 100);
  });
}
})();
