// The stream of events of a room. A lost connection continues after the last event that arrived.
const FIRST_WAIT = 1000, LONGEST_WAIT = 30000;

export function follow(room, cursor, { onPost, onRooms, onState }) {
  let source;
  let wait = FIRST_WAIT;
  let timer;

  function open() {
    clearTimeout(timer);
    source = new EventSource(`/c/${room}/events?after=${encodeURIComponent(cursor)}`);
    source.onopen = () => {
      wait = FIRST_WAIT;
      onState("live");
    };
    source.onmessage = (event) => {
      cursor = event.lastEventId;
      onPost(JSON.parse(event.data));
    };
    source.addEventListener("rooms", (event) => onRooms(JSON.parse(event.data)));
    source.addEventListener("reload", () => {
      source.close();
      location.reload();
    });
    source.onerror = () => {
      onState("connecting");
      // A browser retries a lost connection by itself, but gives up for good after a refusal.
      if (source.readyState === EventSource.CLOSED) retry();
    };
  }

  function retry() {
    clearTimeout(timer);
    timer = setTimeout(open, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  addEventListener("pagehide", () => {
    clearTimeout(timer);
    source.close();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) open();
  });
  addEventListener("online", () => {
    if (source.readyState === EventSource.CLOSED) open();
  });
  open();
}
