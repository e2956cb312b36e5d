"""The press: frozen documents in, PDF bytes out. It knows no database, no queue and no clock."""
