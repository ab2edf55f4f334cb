// Ages and clock times in the reader's own zone, kept fresh. The steps are those of words.py.
const MINUTE = 60, HOUR = 3600, DAY = 86400;
const formats = new Map();

function format(kind, language, options) {
  const key = `${kind.name} ${language} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new kind(language, options));
  return formats.get(key);
}

export function age(at, now, language, justNow) {
  const passed = (now - at) / 1000;
  if (passed < MINUTE) return justNow;
  if (passed >= 7 * DAY) return day(at, language, { day: "numeric", month: "short", year: "numeric" });
  const relative = format(Intl.RelativeTimeFormat, language, { numeric: "always" });
  if (passed >= DAY) return relative.format(-Math.floor(passed / DAY), "day");
  if (passed >= HOUR) return relative.format(-Math.floor(passed / HOUR), "hour");
  return relative.format(-Math.floor(passed / MINUTE), "minute");
}

function ahead(at, now, language) {
  const left = Math.max(0, (at - now) / 1000);
  const relative = format(Intl.RelativeTimeFormat, language, { numeric: "always" });
  if (left >= HOUR) return relative.format(Math.round(left / HOUR), "hour");
  if (left >= MINUTE) return relative.format(Math.round(left / MINUTE), "minute");
  return format(Intl.RelativeTimeFormat, language, { numeric: "auto" }).format(Math.round(left), "second");
}

export function day(at, language, options = { weekday: "long", day: "numeric", month: "long" }) {
  return format(Intl.DateTimeFormat, language, options).format(at);
}

const JUST_NOW = { nl: "zojuist" };

export function freshen(root) {
  const now = new Date();
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    const language = time.closest(".said")?.lang || document.documentElement.lang;
    if ("clock" in time.dataset) {
      time.textContent = day(at, language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    } else if ("stamp" in time.dataset) {
      time.textContent = day(at, language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    } else if ("ahead" in time.dataset) {
      time.textContent = ahead(at, now, language);
    } else if ("age" in time.dataset) {
      time.textContent = age(at, now, language, JUST_NOW[language] ?? "just now");
    }
    time.title = day(at, language, { dateStyle: "full", timeStyle: "short" });
  }
}
