from django.urls import path

from . import api, views

urlpatterns = [
    path("", views.DocumentList.as_view(), name="document-list"),
    path("documents/new/", views.DocumentCreate.as_view(), name="document-create"),
    path("api/documents/", api.documents, name="api-documents"),
    path("api/documents/count/", api.count, name="api-document-count"),
]
