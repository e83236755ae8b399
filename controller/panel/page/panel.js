// The page is a view: it shows the newest state and passes presses on. It decides nothing.
const $ = id => document.getElementById(id);
const body = document.body;
const FEEL = ['', 'very gentle', 'very gentle', 'gentle', 'gentle', 'moderate', 'moderate', 'firm', 'firm', 'strong', 'strong'];
const SPEED = ['', ...body.dataset.speeds.split(',')]; // cm/s
const ZONES = body.dataset.zones.split(',').map(zone => zone.split(' ')); // where each ends, its name
const MODES = { IDLE: 'At rest', ARMED: 'Ready', SOFT_START: 'Starting', RUNNING: 'Running', EASED: 'Eased', WINDING_DOWN: 'Ending', HOLD: 'Paused', STOPPED: 'Stopped', SERVICE: 'Service' };
const MOVING = ['SOFT_START', 'RUNNING', 'EASED', 'WINDING_DOWN'];
const STEPS = { 'foot off': 'Lift your foot off the roller.', 'acknowledge': 'Hold the button below for 2 seconds.', 'release Stop': 'If the stop switch on the device is pressed, release it.', 'mend the cause': 'Mend what stopped it.' };
const PRESSES = { start: 'Start', continue: 'Continue', pause: 'Pause' };
const GONE = 'The device cannot be reached. If the roller moves, use the stop switch on it.';
const OUT_OF_TOUCH = 'No news from the device. It goes on, or rests, by itself; Stop is tried all the same.';
const STALE_MS = 1000, SILENT_MS = 3000, HOLD_MS = 2000, SLIDER_MS = 100, STOP_MS = 10000;
const BANDS = 24, SHORT = 60, NBSP = '\u00a0';

let state = null; // the newest state
let seenAt = -1e9; // when it was the present, on this page's clock
let guest = body.classList.contains('guest');
const now = () => performance.now();
const within = ms => AbortSignal.timeout?.(ms);
const isStale = () => now() - seenAt > STALE_MS;
const put = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };
const region = place => (ZONES.find(([end]) => place < end) ?? ZONES.at(-1))[1];

// ---- passing on
async function post(path, content, limit = 3000) {
  let answer;
  try {
    answer = await fetch('/api/v1/' + path, { method: 'POST', signal: within(limit), body: content && JSON.stringify(content), headers: content ? { 'Content-Type': 'application/json' } : {} });
  } catch { throw new Error(GONE); }
  if (answer.ok) return;
  if (answer.status === 401) enter(true);
  throw new Error((await answer.json().catch(() => ({}))).error || GONE);
}
let toastTimer;
function toast(text, forMs = 6000) {
  put('toast', text);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => put('toast', ''), forMs);
}
const press = path => post(path, { seen_s: state.at_s }).then(() => true, error => toast(error.message));

// Stop: goes out at the first touch, and again until the device has answered.
let stopPressedAt = -1e9;
async function stop() {
  const pressedAt = stopPressedAt = now();
  wish = null;
  toast('Stopping…');
  for (;;) {
    try {
      await post('stop', null, 1500);
      return toast('The stop has reached the device.', 3000);
    } catch (error) {
      if (pressedAt !== stopPressedAt) return;
      toast(error.message, 30000);
      if (now() - pressedAt > STOP_MS) return;
    }
    await new Promise(later => setTimeout(later, 300));
  }
}
$('stop').addEventListener('pointerdown', event => { if (event.isPrimary && !event.button) stop(); });
$('stop').addEventListener('submit', event => { event.preventDefault(); if (now() - stopPressedAt > 1500) stop(); });
$('lower').addEventListener('submit', event => {
  event.preventDefault();
  wish = null;
  post('lower').catch(error => toast(error.message));
});

// The level: at most one request on its way, the last wish wins.
let wish = null, sending = false, asked = null;
async function want(level) {
  wish = level;
  draw();
  if (sending) return;
  sending = true;
  try {
    while (wish !== null) {
      asked = wish; wish = null;
      await post('intensity', { level: asked });
      await new Promise(later => setTimeout(later, SLIDER_MS));
    }
  } catch (error) { wish = null; toast(error.message); }
  sending = false; asked = null;
}
const wanted = () => wish ?? asked ?? state?.wanted_level ?? state?.level ?? 0;
$('slider').addEventListener('input', () => want(+$('slider').value));
$('raise').addEventListener('click', () => want(Math.min(10, wanted() + 1)));
$('primary').addEventListener('click', () => press('session/' + $('primary').dataset.verb));
$('end').addEventListener('click', () => press('session/end'));

// The way back: held for 2 s, by finger, by key, or by an assistive click (again: cancel).
let heldFrom = null, holdFrame, heldByKey = false;
function holdBegin() {
  if (heldFrom !== null || $('hold').disabled) return;
  heldFrom = now();
  holdStep();
}
function holdStep() {
  const part = (now() - heldFrom) / HOLD_MS;
  if (part >= 1) { holdEnd(); return goOn(); }
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  $('hold').style.setProperty('--done', (calm ? Math.floor(part * 4) * 25 : part * 100) + '%');
  holdFrame = requestAnimationFrame(holdStep);
}
async function goOn() {
  if (!await press('acknowledge')) return;
  await new Promise(later => setTimeout(later, 600));
  if (state?.mode === 'STOPPED') toast(`Not yet. ${state.words.slice(state.words.indexOf('. ') + 2)}`);
}
function holdEnd() {
  cancelAnimationFrame(holdFrame);
  heldFrom = null;
  $('hold').style.removeProperty('--done');
}
$('hold').addEventListener('pointerdown', event => { if (event.isPrimary && !event.button) { $('hold').setPointerCapture(event.pointerId); holdBegin(); } });
for (const end of ['pointerup', 'pointercancel', 'blur']) $('hold').addEventListener(end, holdEnd);
$('hold').addEventListener('contextmenu', event => event.preventDefault());
$('hold').addEventListener('keydown', event => { if (event.key === ' ' || event.key === 'Enter') { event.preventDefault(); heldByKey = true; if (!event.repeat) holdBegin(); } });
$('hold').addEventListener('keyup', event => { if (heldByKey) { event.preventDefault(); heldByKey = false; holdEnd(); } });
$('hold').addEventListener('click', event => { if (event.detail === 0) heldFrom === null ? holdBegin() : holdEnd(); });

// ---- showing
for (let band = 0; band < BANDS; band++) {
  const stop = document.createElementNS('http://www.w3.org/2000/svg', 'stop');
  stop.setAttribute('offset', band / (BANDS - 1));
  stop.setAttribute('stop-opacity', 0);
  $('heat').append(stop);
}
for (let level = 1; level <= 10; level++) {
  const bar = document.createElement('i');
  bar.style.height = 28 + 7.2 * level + '%';
  $('bars').append(bar);
}
// calm up to what is expected, amber at 1.4 times, red from 2 times
const CALM = [42, 157, 143], AMBER = [233, 162, 59], RED = [208, 68, 44];
const part = value => Math.min(1, Math.max(0, value));
const mix = (from, to, share) => from.map((value, index) => Math.round(value + (to[index] - value) * share));
const warmth = ratio => `rgb(${ratio < 1.4 ? mix(CALM, AMBER, part((ratio - 1) / 0.4)) : mix(AMBER, RED, part((ratio - 1.4) / 0.6))})`;

function drawSole() {
  const { place, pressure_kpa: pressure, reference_kpa: expected, foot, stop: halt } = state;
  const ratio = pressure === null ? 0 : pressure / (expected || 25);
  const spot = halt?.place ?? null;
  $('foot').setAttribute('transform', foot === 'right' ? 'matrix(-1 0 0 1 100 0)' : '');
  $('roller').style.display = place === null ? 'none' : '';
  if (place !== null) {
    $('roller').style.transform = `translateY(${232 - 224 * place}px)`;
    const band = $('heat').children[Math.round(place * (BANDS - 1))];
    if (band) {
      band.setAttribute('stop-color', warmth(ratio));
      band.setAttribute('stop-opacity', Math.min(0.95, ratio * 0.75));
    }
  }
  $('spot').style.visibility = spot === null ? 'hidden' : '';
  if (spot !== null) $('spot').setAttribute('transform', `translate(50 ${232 - 224 * spot})`);
  const [figure, under, below] = halt
    ? [halt.pressure_kpa, `at level ${halt.level}`, spot === null ? '' : `at the ${region(spot)}`]
    : [pressure, expected && MOVING.includes(state.mode) ? `${expected.toFixed(0)} expected` : '', place === null ? '' : `at the ${region(place)}`];
  put('pressure', figure === null ? '–' : Math.max(0, figure).toFixed(0));
  $('bar').style.clipPath = `inset(0 ${100 - Math.min(100, (figure ?? 0) / (expected || 25) * 50)}% 0 0 round .5rem)`;
  put('against', under || NBSP);
  put('where', below || NBSP);
}

function drawLevel(stale) {
  const level = state.level ?? 0, goal = wanted(), max = state.level_max ?? 10;
  put('level', goal ? String(goal) : '–');
  if (wish === null && asked === null) $('slider').value = goal;
  $('slider').setAttribute('aria-valuetext', `${goal}, ${FEEL[goal]}`);
  [...$('bars').children].forEach((bar, index) => {
    const own = index + 1;
    bar.className = own <= Math.min(level, goal) ? 'on' : own <= Math.max(level, goal) ? 'wish' : own > max ? 'off' : '';
  });
  const other = state.holder && state.holder !== 'this phone';
  const limit = other ? ` · ${state.holder} may go stronger` : goal >= max && max < 10 ? ' · the most for now' : '';
  put('feel', goal ? `${FEEL[goal]} · ${SPEED[goal]} cm/s${limit}` : NBSP);
  $('slider').disabled = stale;
  $('raise').disabled = stale || goal >= max;
}

function drawButtons(stale) {
  const verb = ['start', 'continue', 'pause'].find(each => state.can.includes(each));
  put('primary', PRESSES[verb] ?? (state.mode === 'HOLD' ? 'Continue' : 'Start'));
  $('primary').dataset.verb = verb ?? '';
  $('primary').disabled = stale || !verb;
  $('end').disabled = stale || !state.can.includes('end');
}

let steps = [], stepsOf = null; // all steps of this stop; those no longer asked for are done
const sort = step => /^[\d.]+ s$/.test(step) ? 'wait' : step;
function drawBack(stale) {
  const halt = state.stop;
  if (!halt) return;
  if (stepsOf !== halt.at_s) { stepsOf = halt.at_s; steps = halt.until; }
  const open = new Map(halt.until.map(step => [sort(step), step]));
  steps.forEach((step, index) => {
    const item = $('steps').children[index] ?? $('steps').appendChild(document.createElement('li'));
    const asked = open.get(sort(step)) ?? step;
    const text = STEPS[asked] ?? (sort(asked) === 'wait' ? `Rest for ${parseFloat(asked)} seconds.` : asked);
    if (item.textContent !== text) item.textContent = text;
    item.className = open.has(sort(step)) ? '' : 'done';
  });
  while ($('steps').children.length > steps.length) $('steps').lastChild.remove();
  put('hold', heldFrom === null ? `Hold to go on at level ${halt.next_level}` : 'Keep holding…');
  $('hold').disabled = stale || !state.can.includes('acknowledge');
  if ($('hold').disabled && heldFrom !== null) holdEnd();
}

let told = '';
function draw() {
  const stale = isStale() || !state || state.mode === null;
  body.classList.toggle('stale', stale);
  body.classList.toggle('fresh', !stale);
  if (guest || !state) return;
  body.dataset.mode = state.mode ?? '';
  put('chip', isStale() ? 'Out of touch' : MODES[state.mode] ?? state.mode ?? 'No engine');
  const words = isStale() ? OUT_OF_TOUCH : state.words;
  const end = words.length > SHORT ? words.indexOf('. ') + 1 : 0;
  put('words', words.slice(0, end || undefined));
  put('more', end ? words.slice(end + 1) : '');
  drawSole();
  drawLevel(stale);
  drawButtons(stale);
  drawBack(stale);
  const news = [stale, state.mode, state.phase, state.foot, state.reason].join();
  if (news !== told) { told = news; put('live', `${$('words').textContent} ${$('more').textContent}`); }
}
function drawAge() {
  const age = (now() - seenAt) / 1000;
  put('seen', age > 1e5 ? 'looking for the device' : age < 10 ? `seen ${age.toFixed(1)} s ago` : age < 120 ? `seen ${age.toFixed(0)} s ago` : `seen ${(age / 60).toFixed(0)} min ago`);
}

// ---- staying in touch, for ever
let socket = null, openedAt = 0, waitMs = 250;
// How old a picture is: by the engine's clock, whose offset to ours is the least one lately seen.
// So pictures that waited in a slow network do not pass for the present. It creeps for drift.
let offset = Infinity;
function see(next) {
  if (next.at_s < state?.at_s) offset = Infinity; // the engine was started again
  state = next;
  offset = Math.min(offset + 0.1, now() - (next.at_s + next.age_s) * 1000);
  seenAt = next.age_s === null ? now() : offset + next.at_s * 1000;
}
function connect() {
  if (guest) return;
  openedAt = now();
  offset = Infinity;
  const mine = socket = new WebSocket(location.origin.replace('http', 'ws') + '/ws');
  mine.onmessage = event => {
    if (mine !== socket) return;
    waitMs = 250;
    openedAt = now();
    see(JSON.parse(event.data));
    requestAnimationFrame(draw);
    document.dispatchEvent(new CustomEvent('footloop:state', { detail: state }));
  };
  mine.onclose = () => { if (mine === socket) again(); };
}
function again() {
  const old = socket;
  socket = null;
  old?.close();
  setTimeout(() => { if (!socket) knock(); }, waitMs);
  waitMs = Math.min(2 * waitMs, 2000);
}
async function knock() { // a refused WebSocket does not say why; a plain request does
  try {
    const answer = await fetch('/api/v1/state', { signal: within(2000) });
    if (answer.status === 401) return enter(true);
  } catch { return again(); }
  connect();
}
async function lookIn() { // a guest sees that the device is there, and whether pairing is open
  try {
    const health = await (await fetch('/healthz', { signal: within(2000) })).json();
    seenAt = now();
    state = { mode: health.engine ? 'GUEST' : null };
    put('window', health.pairing_left_s ? `The code is good for ${health.pairing_left_s} more seconds.` : '');
    put('chip', !health.engine ? 'No engine' : health.moving ? 'Moving' : 'At rest');
  } catch { /* the age tells */ }
  draw();
}
function enter(asGuest) {
  guest = asGuest;
  state = null;
  body.className = body.className.replace(/paired|guest/, guest ? 'guest' : 'paired');
  if (guest) { socket?.close(); socket = null; body.dataset.mode = ''; } else connect();
  draw();
}
$('pair').addEventListener('submit', async event => {
  event.preventDefault();
  try {
    await post('pair', { code: $('code').value });
    enter(false);
    toast('This phone is paired.');
    $('words').focus?.();
  } catch (error) { toast(error.message); $('code').select(); }
});
$('code').addEventListener('input', () => { $('code').value = $('code').value.replace(/\D/g, ''); });

body.classList.add('live');
connect();
if (guest) lookIn();
setInterval(() => { if (guest) lookIn(); }, 2000);
setInterval(() => {
  draw();
  if (!guest && socket && now() - openedAt > SILENT_MS) again();
}, 250);
setInterval(drawAge, 500);
for (const wake of ['online', 'pageshow']) addEventListener(wake, () => { if (!guest && isStale()) { waitMs = 250; again(); } });
document.addEventListener('visibilitychange', () => { if (!document.hidden && !guest && isStale()) { waitMs = 250; again(); } });
