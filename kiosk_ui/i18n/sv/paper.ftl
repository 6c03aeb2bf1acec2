# Könummerlappen. Raderna är korta: bredden är 42 tecken.
paper-ahead = { $n ->
    [0] Du är först i kön
    [one] Före dig finns 1 kund
   *[other] Före dig finns { $n } kunder
}
paper-estimate = Väntetid cirka { $minutes } min
paper-issued = Given { $date } kl. { $time }
paper-appointment = Bokad tid kl. { $time }
paper-watch = Vänta tills du kallas. Följ skärmen.
paper-bring = Ta fram i förväg:
paper-also = Under samma besök också:
paper-qr-hint = Följ din tur med telefonen
paper-copy = KOPIA
