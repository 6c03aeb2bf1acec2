# Ord som varje sida använder.
language-name = Svenska
number-ahead = { $n ->
    [0] Du är först i kön.
    [one] Före dig finns 1 kund.
   *[other] Före dig finns { $n } kunder.
}
wait-minutes = Väntetid ungefär { $minutes } min.
counter-place = Disk { $label }
stale-title = Störning på skärmen
stale-text = Numren kan inte visas just nu. Vänta en stund eller fråga personalen.
not-signed-in-title = Apparaten är inte i bruk
not-signed-in-text = Apparatens behörighet saknas eller har gått ut. Kalla på teknisk support.
point-closed = Serviceplatsen är stängd nu.
point-opens = Öppnar nästa gång { $when }
clock-not-set-title = Könummer kan inte ges just nu
clock-not-set-text = Apparatens klocka är inte ställd. Fråga personalen.
