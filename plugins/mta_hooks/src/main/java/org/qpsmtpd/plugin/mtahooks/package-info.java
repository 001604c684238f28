@NullMarked
package org.qpsmtpd.plugin.mtahooks;

import org.jspecify.annotations.NullMarked;
