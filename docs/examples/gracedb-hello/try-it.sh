set -e
python -m pip install --quiet '.[test]'
gracedb-core plugins hello
gracedb-core hello
python -m pytest -q
python -m mypy --strict gracedb_hello
