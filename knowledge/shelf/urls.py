"""Addresses of people's own pages, below a language. tests/hub/test_urls.py lists who may call each."""

from __future__ import annotations

from django.urls import path

from knowledge.shelf import views

urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/shared/", views.shared_by_me, name="shared_by_me"),
    path("my/state/", views.state, name="shelf_state"),
    path("my/save/<int:page_id>/", views.save_piece, name="save_piece"),
    path("my/saved/", views.saved_items, name="saved_items"),
    path("my/lists/", views.lists, name="lists"),
    path("my/lists/<int:list_id>/", views.own_list, name="own_list"),
    path("my/lists/<int:list_id>/share/", views.share_list, name="share_list"),
    path("my/lists/<int:list_id>/delete/", views.delete_list, name="delete_list"),
    path("my/lists/<int:list_id>/items/<int:item_id>/", views.list_item, name="list_item"),
    path("my/follow/", views.follow_chosen_topic, name="follow_chosen_topic"),
    path("my/follow/<slug:slug>/", views.follow_topic, name="follow_topic"),
    path("my/progress/<int:page_id>/", views.note_progress, name="reading_progress"),
    path("my/history/", views.history, name="history"),
    path("lists/<slug:token>/", views.shared_list_page, name="shared_list"),
    path("useful/<int:page_id>/", views.was_this_useful, name="was_this_useful"),
]
