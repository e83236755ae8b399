// The page is a view: it shows the newest state and passes presses on. It decides nothing.
const $ = id => document.getElementById(id);
const body = document.body;
const FEEL = ['', 'very gentle', 'very gentle', 'gentle', 'gentle', 'moderate', 'moderate', 'firm', 'firm', 'strong', 'strong'];
const SPEED = ['', ...body.dataset.speeds.split(',')]; // cm/s
const ZONES = body.dataset.zones.split(',').map(zone => zone.split(' ')); // where each ends, its name
const MODES = { IDLE: 'At rest', ARMED: 'Ready', SOFT_START: 'Starting', RUNNING: 'Running', EASED: 'Eased', WINDING_DOWN: 'Ending', HOLD: 'Paused', STOPPED: 'Stopped', SERVICE: 'Service' };
const MOVING = ['SOFT_START', 'RUNNING', 'EASED', 'WINDING_DOWN'];
const STEPS = { 'foot off': 'Lift your foot off the roller.', 'acknowledge': 'Hold Continue for 2 seconds.', 'close': 'Hold the button below for 2 seconds.', 'start': 'Press Start on the device to begin anew.', 'release Stop': 'Release the stop switch on the device.', 'mend the cause': 'See to what stopped it.' };
const PRESSES = { start: 'Start', continue: 'Continue', pause: 'Pause' };
const GONE = 'The device cannot be reached. If the roller moves, use the stop switch on it.';
const OUT_OF_TOUCH = 'No news from the device. It goes on, or rests, by itself; Stop is tried all the same.';
const NO_POWER = 'No news from the device. When last seen, its engine was not running, so the roller had no power.';
const FORGOTTEN = 'The device no longer knows this phone, as after a restart. Please pair it again.';
const STALE_MS = 1000, SILENT_MS = 3000, HOLD_MS = 2000, SLIDER_MS = 100, STOP_MS = 10000;
const BANDS = 24, SHORT = 60, NBSP = '\u00a0';

let state = null; // the newest state
let seenAt = -1e9; // when it was the present, on this page's clock
let guest = body.classList.contains('guest');
const now = () => performance.now();
const within = ms => AbortSignal.timeout?.(ms);
const isStale = () => now() - seenAt > (guest ? 4 : 1) * STALE_MS; // a guest looks in less often
const put = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };
const region = place => (ZONES.find(([end]) => place < end) ?? ZONES.at(-1))[1];

// ---- passing on
async function post(path, content, limit = 3000) {
  let answer;
  try {
    answer = await fetch('/api/v1/' + path, { method: 'POST', signal: within(limit), body: content && JSON.stringify(content), headers: content ? { 'Content-Type': 'application/json' } : {} });
  } catch { throw new Error(GONE); }
  if (answer.ok) return;
  if (answer.status === 401) { enter(true); throw new Error(FORGOTTEN); }
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
$('hold').addEventListener('pointerup', () => { if (heldFrom !== null) toast('Hold it for 2 seconds.', 3000); });
for (const end of ['pointerup', 'pointercancel', 'blur']) $('hold').addEventListener(end, holdEnd);
$('hold').addEventListener('contextmenu', event => event.preventDefault());
$('hold').addEventListener('keydown', event => { if (event.key === ' ' || event.key === 'Enter') { event.preventDefault(); heldByKey = true; if (!event.repeat) holdBegin(); } });
$('hold').addEventListener('keyup', event => { if (heldByKey) { event.preventDefault(); heldByKey = false; holdEnd(); } });
$('hold').addEventListener('click', event => { if (event.detail === 0) heldFrom === null ? holdBegin() : holdEnd(); });
