# (Draft: i18n/review.json)
login-title = Čálit sisa
login-token = Dovddaldat
login-help = Oaččut dovddaldaga ovdaolbmos dahje teknihkalaš doarjagis.
login-send = Čálit sisa
login-refused = Dovddaldat ii dohkke. Dárkkis dan ja geahččal ođđasit.
login-network = Oktavuohta ii doaimma justa dál. Geahččal oanehaš geahčen ođđasit.
login-empty = Čále dovddaldaga.
login-languages = Giella
