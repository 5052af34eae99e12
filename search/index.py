def search_state():
    return "up"
