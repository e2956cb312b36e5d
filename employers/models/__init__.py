from employers.models.branch import Branch
from employers.models.employer import Employer
from employers.models.intake import EmployerImport, EmployerReject
from employers.models.target_list import TargetList, TargetListLine

__all__ = ["Branch", "Employer", "EmployerImport", "EmployerReject", "TargetList", "TargetListLine"]
