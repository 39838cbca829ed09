export interface Place {
  lat: number;
  lng: number;
}

const DECIMAL = String.raw`(-?\d{1,3}\.\d+)`;
/** Tried in order: a map link's pin (!3d…!4d…), its centre (@…), a query (q=, query=, ll=), plain coordinates. */
const PATTERNS = [
  new RegExp(`!3d${DECIMAL}!4d${DECIMAL}`),
  new RegExp(`@${DECIMAL},${DECIMAL}`),
  new RegExp(`[?&](?:q|query|ll|center)=${DECIMAL}(?:,|%2C)\\s*${DECIMAL}`, "i"),
  new RegExp(`^\\s*${DECIMAL}\\s*[,; ]\\s*${DECIMAL}\\s*$`),
];

/** Reads coordinates out of what people paste: two numbers or a map link. */
export function parsePlace(text: string): Place | null {
  for (const pattern of PATTERNS) {
    const found = pattern.exec(text);
    if (!found) continue;
    const place = { lat: Number(found[1]), lng: Number(found[2]) };
    return Math.abs(place.lat) <= 90 && Math.abs(place.lng) <= 180 ? place : null;
  }
  return null;
}

export function mapLink({ lat, lng }: Place): string {
  return `https://www.google.com/maps/search/?api=1&query=${lat},${lng}`;
}
