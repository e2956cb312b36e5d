from employers.services.import_employers import import_employers
from employers.services.publish_target_lists import PublishedLists, publish_target_lists

__all__ = ["PublishedLists", "import_employers", "publish_target_lists"]
