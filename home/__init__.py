"""The home page, standard pages, navigation and what every template needs."""
