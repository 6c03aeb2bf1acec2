login-title = Kirjaudu sisään
login-token = Tunnus
login-help = Saat tunnuksen esihenkilöltä tai tekniseltä tuelta.
login-send = Kirjaudu
login-refused = Tunnus ei kelpaa. Tarkista se ja yritä uudelleen.
login-network = Yhteys ei toimi juuri nyt. Yritä hetken päästä uudelleen.
login-empty = Kirjoita tunnus.
login-languages = Kieli
