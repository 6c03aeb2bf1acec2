login-title = Logga in
login-token = Kod
login-help = Du får koden av din chef eller av teknisk support.
login-send = Logga in
login-refused = Koden är inte giltig. Kontrollera den och försök igen.
login-network = Förbindelsen fungerar inte just nu. Försök igen om en stund.
login-empty = Skriv koden.
login-languages = Språk
