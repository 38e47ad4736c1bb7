// SPDX-License-Identifier: Apache-2.0
// What libcurl's archive refers to and kdiag never speaks: LDAP, RTMP and Kerberos. Their libraries are half of what libcurl would load.
// Nothing gets here: only http and https are allowed, and of a proxy only passwords (easy_handle.cpp).
#include <cstdio>
#include <cstdlib>

extern "C" {

[[gnu::used]] void kdiag_absent_protocol() {
    std::fputs("internal error: libcurl wants a protocol that is not built in\n", stderr);
    std::abort();
}

extern const void* const GSS_C_NT_HOSTBASED_SERVICE;
const void* const GSS_C_NT_HOSTBASED_SERVICE = nullptr; // the one that is no function

#define KD_ABSENT(name) [[gnu::alias("kdiag_absent_protocol")]] void name();
KD_ABSENT(RTMP_Alloc) KD_ABSENT(RTMP_Close) KD_ABSENT(RTMP_Connect1) KD_ABSENT(RTMP_ConnectStream) KD_ABSENT(RTMP_Free) KD_ABSENT(RTMP_Init)
KD_ABSENT(RTMP_Read) KD_ABSENT(RTMP_SetBufferMS) KD_ABSENT(RTMP_SetupURL) KD_ABSENT(RTMP_Write)
KD_ABSENT(ber_bvfree) KD_ABSENT(ber_free) KD_ABSENT(ber_memfree) KD_ABSENT(ber_memvfree) KD_ABSENT(ber_sockbuf_add_io)
KD_ABSENT(gss_delete_sec_context) KD_ABSENT(gss_display_name) KD_ABSENT(gss_display_status) KD_ABSENT(gss_import_name)
KD_ABSENT(gss_init_sec_context) KD_ABSENT(gss_inquire_context) KD_ABSENT(gss_release_buffer) KD_ABSENT(gss_release_name) KD_ABSENT(gss_unwrap)
KD_ABSENT(gss_wrap)
KD_ABSENT(ldap_abandon_ext) KD_ABSENT(ldap_err2string) KD_ABSENT(ldap_free_urldesc) KD_ABSENT(ldap_get_attribute_ber) KD_ABSENT(ldap_get_dn_ber)
KD_ABSENT(ldap_get_option) KD_ABSENT(ldap_init_fd) KD_ABSENT(ldap_memfree) KD_ABSENT(ldap_msgfree) KD_ABSENT(ldap_msgtype)
KD_ABSENT(ldap_parse_result) KD_ABSENT(ldap_parse_sasl_bind_result) KD_ABSENT(ldap_pvt_url_scheme2proto) KD_ABSENT(ldap_result)
KD_ABSENT(ldap_sasl_bind) KD_ABSENT(ldap_search_ext) KD_ABSENT(ldap_set_option) KD_ABSENT(ldap_start_tls) KD_ABSENT(ldap_unbind_ext)
KD_ABSENT(ldap_url_parse)
#undef KD_ABSENT
}
