"""Addresses, ports, mDNS and certificates."""
