; The installer for Windows. Silent: /S. For everybody: /AllUsers (needs an administrator), for one person: /CurrentUser.
;   bellwether-VERSION-setup.exe /S /AllUsers /POLICY=C:\rollout\policy.toml /D=C:\Program Files\Bellwether
; /POLICY checks IT's file with the program that is being installed, and puts it where only administrators can change it.
; Exit codes: 0 done, 2 Bellwether is running (nothing was changed), 3 the policy was not put in its place.
; An older version is replaced in place. The uninstaller (/S too) leaves books, settings and the policy; /DELETEDATA
; takes the data of the person who runs it, and the policy, as well.
;
; Compiled with: makensis -DVERSION=… -DPAYLOAD=… -DICON=… -DOUT=… bellwether.nsi

Unicode true
ManifestDPIAware true
SetCompressor /SOLID lzma

!define NAME "Bellwether"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define BOOK "Bellwether.Book"
!define MULTIUSER_EXECUTIONLEVEL Highest
!define MULTIUSER_MUI
!define MULTIUSER_INSTALLMODE_COMMANDLINE
!define MULTIUSER_INSTALLMODE_INSTDIR "${NAME}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_KEY "${UNINSTALL}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_VALUENAME "InstallLocation"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_KEY "${UNINSTALL}"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_VALUENAME "InstallLocation"
!define MULTIUSER_USE_PROGRAMFILES64
!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"

!include MultiUser.nsh
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh

Name "${NAME} ${VERSION}"
OutFile "${OUT}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "FileDescription" "${NAME} setup"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "The Bellwether developers"

Var policy

!insertmacro MULTIUSER_PAGE_INSTALLMODE
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Function .onInit
    SetRegView 64
    !insertmacro MULTIUSER_INIT
    ${GetParameters} $0
    ${GetOptions} $0 "/POLICY=" $policy
FunctionEnd

Function un.onInit
    SetRegView 64
    !insertmacro MULTIUSER_UNINIT
FunctionEnd

!macro STOP CODE WORDS
    SetErrorLevel ${CODE}
    DetailPrint "${WORDS}"
    MessageBox MB_ICONSTOP "${WORDS}" /SD IDOK
    Quit
!macroend

; A file of a program that runs can be neither deleted nor renamed: nothing is half replaced.
!macro REMOVE_PROGRAM
    ${If} ${FileExists} "$INSTDIR\bellwether.exe"
        ClearErrors
        Rename "$INSTDIR\bellwether.exe" "$INSTDIR\bellwether.old"
        ${IfNot} ${Errors}
            Rename "$INSTDIR\bellwetherw.exe" "$INSTDIR\bellwetherw.old"
            ${If} ${Errors}
                Rename "$INSTDIR\bellwether.old" "$INSTDIR\bellwether.exe"
                SetErrors
            ${EndIf}
        ${EndIf}
        ${If} ${Errors}
            !insertmacro STOP 2 "Bellwether is running. Close it first."
        ${EndIf}
        Delete "$INSTDIR\bellwether.old"
        Delete "$INSTDIR\bellwetherw.old"
        RMDir /r "$INSTDIR\_internal"
        RMDir /r "$INSTDIR\licences"
    ${EndIf}
!macroend

Section "Bellwether"
    ${If} $policy != ""
    ${AndIf} $MultiUser.InstallMode != "AllUsers"
        !insertmacro STOP 3 "A policy holds for everybody on this computer: add /AllUsers."
    ${EndIf}
    !insertmacro REMOVE_PROGRAM
    SetOutPath "$INSTDIR"
    File /r "${PAYLOAD}\*"
    File "/oname=bellwether.ico" "${ICON}"
    WriteUninstaller "$INSTDIR\uninstall.exe"
    CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\bellwetherw.exe" "" "$INSTDIR\bellwether.ico"

    WriteRegStr SHCTX "Software\Classes\.bellwether" "" "${BOOK}"
    WriteRegStr SHCTX "Software\Classes\${BOOK}" "" "Bellwether book"
    WriteRegStr SHCTX "Software\Classes\${BOOK}\DefaultIcon" "" "$INSTDIR\bellwether.ico"
    WriteRegStr SHCTX "Software\Classes\${BOOK}\shell\open\command" "" '"$INSTDIR\bellwetherw.exe" "%1"'

    WriteRegStr SHCTX "${UNINSTALL}" "DisplayName" "${NAME}"
    WriteRegStr SHCTX "${UNINSTALL}" "DisplayVersion" "${VERSION}"
    WriteRegStr SHCTX "${UNINSTALL}" "DisplayIcon" "$INSTDIR\bellwether.ico"
    WriteRegStr SHCTX "${UNINSTALL}" "Publisher" "The Bellwether developers"
    WriteRegStr SHCTX "${UNINSTALL}" "InstallLocation" "$INSTDIR"
    WriteRegStr SHCTX "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode'
    WriteRegStr SHCTX "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode /S'
    WriteRegDWORD SHCTX "${UNINSTALL}" "NoModify" 1
    WriteRegDWORD SHCTX "${UNINSTALL}" "NoRepair" 1
    ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
    WriteRegDWORD SHCTX "${UNINSTALL}" "EstimatedSize" $0

    ${If} $policy != ""
        nsExec::ExecToLog '"$INSTDIR\bellwether.exe" policy check "$policy"'
        Pop $0
        ${If} $0 != 0
            !insertmacro STOP 3 "The policy has a mistake and was not installed: bellwether policy check names it."
        ${EndIf}
        SetShellVarContext all
        CreateDirectory "$APPDATA\bellwether"
        nsExec::ExecToLog 'icacls "$APPDATA\bellwether" /inheritance:r /grant *S-1-5-18:(OI)(CI)F /grant *S-1-5-32-544:(OI)(CI)F /grant *S-1-5-32-545:(OI)(CI)RX'
        Pop $0
        ClearErrors
        CopyFiles /SILENT "$policy" "$APPDATA\bellwether\policy.toml"
        ${If} ${Errors}
        ${OrIf} $0 != 0
            !insertmacro STOP 3 "The policy could not be put in its place."
        ${EndIf}
    ${EndIf}
SectionEnd

Section "Uninstall"
    !insertmacro REMOVE_PROGRAM
    Delete "$INSTDIR\bellwether.ico"
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"
    Delete "$SMPROGRAMS\${NAME}.lnk"
    DeleteRegKey SHCTX "Software\Classes\${BOOK}"
    ReadRegStr $0 SHCTX "Software\Classes\.bellwether" ""
    ${If} $0 == "${BOOK}"
        DeleteRegKey SHCTX "Software\Classes\.bellwether"
    ${EndIf}
    DeleteRegKey SHCTX "${UNINSTALL}"
    ${GetParameters} $0
    ClearErrors
    ${GetOptions} $0 "/DELETEDATA" $1
    ${IfNot} ${Errors}
        SetShellVarContext current
        RMDir /r "$LOCALAPPDATA\bellwether"
        ${If} $MultiUser.InstallMode == "AllUsers"
            SetShellVarContext all
            RMDir /r "$APPDATA\bellwether"
        ${EndIf}
    ${EndIf}
SectionEnd
