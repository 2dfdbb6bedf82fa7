"""Opentrace: a private knowledge base that answers with citations which open the exact passage."""
