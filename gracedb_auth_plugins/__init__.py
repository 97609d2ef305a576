"""The built-in credential plugins: scitoken, x509, basic and netrc."""
