// Amounts in cents, as text with two digits.
export function format(cents, currency = "EUR") {
  if (!Number.isSafeInteger(cents)) {
    throw new RangeError(`not a whole number of cents: ${cents}`);
  }
  const sign = cents < 0 ? "-" : "";
  const absolute = Math.abs(cents);
  const whole = Math.floor(absolute / 100);
  const rest = String(absolute % 100).padStart(2, "0");
  return `${sign}${whole}.${rest} ${currency}`;
}

export function parse(text) {
  const match = /^(-?)(\d+)\.(\d{2})$/.exec(text.trim());
  if (match === null) {
    throw new SyntaxError(`not an amount: ${text}`);
  }
  const [, sign, whole, rest] = match;
  const cents = Number(whole) * 100 + Number(rest);
  return sign === "-" ? -cents : cents;
}
