login-title = Sign in
login-token = Access code
login-help = Your supervisor or technical support gives you the code.
login-send = Sign in
login-refused = The code is not valid. Check it and try again.
login-network = The connection is not working right now. Try again in a moment.
login-empty = Enter the code.
login-languages = Language
