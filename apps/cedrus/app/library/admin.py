from django.contrib import admin

from .models import Document


@admin.register(Document)
class DocumentAdmin(admin.ModelAdmin):
    list_display = ["title", "size", "created"]
    search_fields = ["title"]
    date_hierarchy = "created"
