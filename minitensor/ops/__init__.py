"""The ops, by family. Importing a module declares its ops."""
