@NullMarked
package org.qpsmtpd.ldap;

import org.jspecify.annotations.NullMarked;
