@NullMarked
package org.qpsmtpd.plugin.senderpermittedfrom;

import org.jspecify.annotations.NullMarked;
