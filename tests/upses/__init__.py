"""UPSs: their events, their servers, and what Home Assistant shows of them."""
