"""The rules of the house, checked: who imports whom, what stands where, what nobody writes."""
